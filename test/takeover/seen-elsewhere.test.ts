import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { ago, sentAMinuteAgo } from './begun-task.ts';

const SEEN_AT = ago(60);
const WAITING_SINCE = ago(60);

describe('a task that another controller has written to', () => {
  let environment: TestEnvironment;
  let derivedId: string;
  /** Of the resource that was over before. */
  let versionBefore: string | undefined;

  before(async () => {
    environment = await TestEnvironment.create();
    await Promise.all(['seen', 'derived'].map((name) => environment.addNode(name)));
    await environment.addNode('waited', { phase: 'Initializing' });
    await environment.addNode('over');
    await environment.addNode('overdue', { faults: { slowStopMs: 600_000 } });
    await leave('seen', {}, () => ({ phase: 'Pending', startedAt: SEEN_AT, phaseTransitionTime: SEEN_AT }));
    const target = { nodeRef: { name: 'waited' }, requirePhaseTimeout: '10m' };
    await leave('waited', { target }, () => ({
      phase: 'Pending',
      startedAt: WAITING_SINCE,
      targetFirstObservedAt: WAITING_SINCE,
    }));
    derivedId = expectedTaskId(
      (await leave('derived', {}, ({ metadata }) => sentAMinuteAgo(expectedTaskId(metadata.uid, 'RestartSeid'))))
        .metadata.uid,
      'RestartSeid',
    );
    node('derived').sidecar.submit({ id: derivedId, type: 'restart-seid', params: {} });
    const overdue = await leave('overdue', { timeoutSeconds: 30 }, ({ metadata }) =>
      sentAMinuteAgo(expectedTaskId(metadata.uid, 'RestartSeid')),
    );
    node('overdue').sidecar.submit({ id: overdue.status?.task?.id ?? '', type: 'restart-seid', params: {} });
    await leave('no-node', {}, ({ metadata }) => sentAMinuteAgo(metadata.uid));
    versionBefore = (await leave('over', {}, () => ({ phase: 'Complete', startedAt: ago(60) }))).metadata
      .resourceVersion;
    await environment.startService();
  });

  after(() => environment.stop());

  /** Creates a RestartSeid of the node of that name, with the status that the other controller wrote. */
  async function leave(
    name: string,
    spec: Record<string, unknown>,
    status: (task: SeiNodeTask) => SeiNodeTask['status'],
  ): Promise<SeiNodeTask> {
    const task = await environment.restart(name, name, spec);
    return await environment.tasks.patchStatus({ namespace: environment.namespace, name }, { status: status(task) });
  }

  function node(name: string): SimulatedNode {
    return environment.fleet.node(environment.namespace, name);
  }

  it('is carried out when it was only seen, and keeps its startedAt', async () => {
    const task = await environment.finished('seen');
    assertComplete(task);
    assert.equal(task.status?.task?.id, expectedTaskId(task.metadata.uid, 'RestartSeid'));
    assert.equal(task.status.startedAt, SEEN_AT);
    assert.equal(requestsOf(node('seen'), 'POST').length, 1);
  });

  it('continues the wait for its target, and starts its execution time after it', async () => {
    const waiting = await environment.taskWhere('waited', 'waits', ({ status }) => status?.step === 'WaitingForTarget');
    assert.equal(waiting.status?.targetFirstObservedAt, WAITING_SINCE);
    assert.match(waiting.status?.message ?? '', messagePattern('PhaseNotMet', 'waiting', { timeout: '10m0s' }));
    await environment.setPhase('waited', 'Running');
    const task = await environment.finished('waited');
    assertComplete(task);
    assert.equal(task.status?.startedAt, WAITING_SINCE);
    assert.equal(task.status?.targetFirstObservedAt, undefined);
    assert.ok(String(task.status?.task?.executionStartedAt) > WAITING_SINCE);
    assert.equal(node('waited').sigtermsReceived, 1);
  });

  it('is finished under the id that both controllers derive', async () => {
    const task = await environment.finished('derived');
    assertComplete(task);
    assert.equal(task.status?.task?.id, derivedId);
    assert.deepEqual(requestsOf(node('derived'), 'POST'), []);
    assert.equal(node('derived').sigtermsReceived, 1);
  });

  it('is Timeout when it still runs after its execution time, and is not sent again', async () => {
    assertFailed(await environment.finished('overdue'), 'Timeout', 'over', {
      time: ' after 30s',
      whereabouts: 'running',
    });
    assert.deepEqual(requestsOf(node('overdue'), 'POST'), []);
    assert.equal(node('overdue').sigtermsReceived, 1);
  });

  it('fails when its node is gone, and says that its end is not known', async () => {
    assertFailed(await environment.finished('no-node'), 'TargetResolveFailed', 'goneSent');
  });

  it('is not written when it was terminal', async () => {
    await Promise.all(['seen', 'derived', 'overdue'].map((name) => environment.finished(name)));
    await eventually('its Events would be there', async () =>
      (await environment.kubectl(['get', 'events', '-o', 'name'])).stdout.includes('derived'),
    );
    assert.equal((await environment.tasks.get(environment.namespace, 'over'))?.metadata.resourceVersion, versionBefore);
    assert.deepEqual(node('over').requests, []);
  });
});
