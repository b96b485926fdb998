import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertFailed } from '../support/assert-verdict.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { begunAMinuteAgo, sentAMinuteAgo } from './begun-task.ts';

const RESTART = { kind: 'RestartSeid', restartSeid: {} };
const AWAIT = { kind: 'AwaitNodesAtHeight', awaitNodesAtHeight: { targetHeight: 1_000_000_000 } };

describe('a task that another controller has started, and that is cancelled before it is adopted', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.addNode('at-work', { faults: { slowStopMs: 3_000 } });
    await environment.addNode('not-sent');
    await environment.addNode('forgotten');
    await environment.addNode('busy');
    await environment.addNode('awaiting', { sidecarVersion: 'newer' });
    node('at-work').sidecar.submit({
      id: await begin('at-work', RESTART, sentAMinuteAgo),
      type: 'restart-seid',
      params: {},
    });
    await begin('not-sent', RESTART, begunAMinuteAgo);
    await begin('forgotten', { ...RESTART, timeoutSeconds: 65 }, sentAMinuteAgo);
    const { workflowId } = await environment.permitOf('busy');
    await environment.temporal.workflow.start('NodePermit', { workflowId, taskQueue: environment.namespace });
    await begin('busy', RESTART, begunAMinuteAgo);
    const params = { condition: 'height', targetHeight: 1_000_000_000 };
    node('awaiting').sidecar.submit({
      id: await begin('awaiting', AWAIT, begunAMinuteAgo),
      type: 'await-condition',
      params,
    });
    await environment.startService();
  });

  after(() => environment.stop());

  function node(name: string): SimulatedNode {
    return environment.fleet.node(environment.namespace, name);
  }

  /** @returns the id under which it was begun. */
  async function begin(
    name: string,
    spec: Record<string, unknown>,
    status: (id: string) => SeiNodeTaskStatus,
  ): Promise<string> {
    const id = randomUUID();
    const where = { namespace: environment.namespace, name };
    await environment.createTask(name, { ...spec, target: { nodeRef: { name } } });
    await environment.tasks.patch(where, { metadata: { annotations: { 'sei.io/cancel': 'taken over' } } });
    await environment.tasks.patchStatus(where, { status: status(id) });
    return id;
  }

  it('is watched to its end when it restarts seid', async () => {
    assertFailed(await environment.finished('at-work'), 'Cancelled', 'tooLateAndDone', {
      reached: 'accepted',
      why: 'taken over.',
    });
    assert.deepEqual(requestsOf(node('at-work'), 'POST'), []);
    assert.equal(node('at-work').sigtermsReceived, 1);
  });

  it('is not sent when the sidecar does not have it', async () => {
    assertFailed(await environment.finished('not-sent'), 'Cancelled', 'watchedNoLonger', {
      whereabouts: 'perhapsSentAndGone',
      why: 'taken over.',
    });
    assert.deepEqual(requestsOf(node('not-sent'), 'POST'), []);
    assert.equal(node('not-sent').sigtermsReceived, 0);
  });

  it('does not wait for its node to be free', async () => {
    assertFailed(await environment.finished('busy'), 'Cancelled', 'watchedNoLonger', {
      whereabouts: 'perhapsSentAndGone',
    });
    assert.deepEqual(requestsOf(node('busy'), 'POST'), []);
  });

  it('does not report that nothing was sent when the sidecar is known to have had it', async () => {
    const task = await environment.finished('forgotten');
    const result = messagePattern('Timeout', 'over', { whereabouts: 'acceptedAndGone' });
    assertFailed(task, 'Cancelled', 'tooLate', { reached: 'accepted', result });
    assert.deepEqual(requestsOf(node('forgotten'), 'POST'), []);
  });

  it('is taken off the sidecar when it only waits there', async () => {
    assertFailed(await environment.finished('awaiting'), 'Cancelled', 'takenOff');
    assert.deepEqual(node('awaiting').tasks, []);
    assert.deepEqual(requestsOf(node('awaiting'), 'POST'), []);
  });
});
