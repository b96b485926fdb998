import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { CancelledFailure } from '@temporalio/client';
import type { MirrorRequest } from '../../core/activities.ts';
import type { SeiNodeTask, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from '../support/eventually.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { polledAgain } from '../support/polled-again.ts';
import { requestsOf } from '../support/requests-of.ts';
import { scheduledActivity } from '../support/scheduled-activities.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { wasAskedToCancel } from '../support/was-asked-to-cancel.ts';
import { workflowFailure } from '../support/workflow-failure.ts';
import { begunAMinuteAgo, sentAMinuteAgo } from './begun-task.ts';

const RESTART = { kind: 'RestartSeid', restartSeid: {} };
const AWAIT = {
  kind: 'AwaitCondition',
  awaitCondition: { height: { targetHeight: 1_000_000_000 }, action: 'SIGTERM_SEID' },
};
const WAIT = { condition: 'height', targetHeight: 1_000_000_000, action: 'SIGTERM_SEID' };

/** Deleted after the bridge had started its workflow, and before a worker looked at it. */
describe('a task that another controller has started, and whose resource is gone when it is adopted', () => {
  let environment: TestEnvironment;
  const tasks = new Map<string, SeiNodeTask>();

  before(async () => {
    environment = await TestEnvironment.create();
    for (const name of ['restarting', 'awaiting', 'not-sent'])
      await environment.addNode(name, { sidecarVersion: 'newer' });
    node('restarting').setFaults({ neverBoot: true });
    node('restarting').sidecar.submit({
      id: await begin('restarting', RESTART, sentAMinuteAgo),
      type: 'restart-seid',
      params: {},
    });
    node('awaiting').sidecar.submit({
      id: await begin('awaiting', AWAIT, begunAMinuteAgo),
      type: 'await-condition',
      params: WAIT,
    });
    await begin('not-sent', RESTART, begunAMinuteAgo);
    const bridge = await environment.startService({ ROLE: 'bridge' });
    for (const name of tasks.keys())
      await eventually(
        `the workflow of ${name} is open`,
        async () => (await workflowOf(name).describe()).status.name === 'RUNNING',
      );
    await bridge.process.stop(30_000);
    for (const name of tasks.keys()) await environment.tasks.delete(environment.namespace, name);
    await environment.startService({ ROLE: 'worker' });
  });

  after(() => environment.stop());

  function node(name: string): SimulatedNode {
    return environment.fleet.node(environment.namespace, name);
  }

  function workflowOf(name: string) {
    return environment.workflowOf(tasks.get(name) ?? assert.fail(name));
  }

  /** The end of a cancelled workflow, in the words that it wanted to write. */
  async function outcomeOf(name: string): Promise<string> {
    const workflow = workflowOf(name);
    assert.ok((await workflowFailure(workflow)) instanceof CancelledFailure);
    const { input } = await scheduledActivity(workflow, 'mirrorStatus');
    return (input as MirrorRequest).verdict.message;
  }

  /** @returns the id under which it was begun. */
  async function begin(
    name: string,
    spec: Record<string, unknown>,
    status: (id: string) => SeiNodeTaskStatus,
  ): Promise<string> {
    const id = randomUUID();
    tasks.set(name, await environment.createTask(name, { ...spec, target: { nodeRef: { name } } }));
    await environment.tasks.patchStatus({ namespace: environment.namespace, name }, { status: status(id) });
    return id;
  }

  it('is watched while the sidecar works on it, and is not dropped', async () => {
    for (const name of ['restarting', 'awaiting']) {
      await polledAgain(node(name));
      assert.equal((await workflowOf(name).describe()).status.name, 'RUNNING');
    }
  });

  it('is not sent when the sidecar does not have it, and may have been sent before', async () => {
    assert.match(
      await outcomeOf('not-sent'),
      messagePattern('Cancelled', 'watchedNoLonger', { whereabouts: 'perhapsSentAndGone' }),
    );
    assert.deepEqual(requestsOf(node('not-sent'), 'POST'), []);
  });

  it('is cancelled once a bridge is back: a restart is watched to its end, a wait is taken off its sidecar', async () => {
    await environment.startService({ ROLE: 'bridge' });
    await eventually('the restart is cancelled', () => wasAskedToCancel(workflowOf('restarting')));
    await polledAgain(node('restarting'));
    assert.equal((await workflowOf('restarting').describe()).status.name, 'RUNNING');
    node('restarting').setFaults({});
    assert.match(await outcomeOf('restarting'), messagePattern('Cancelled', 'tooLateAndDone', { reached: 'accepted' }));
    assert.deepEqual([requestsOf(node('restarting'), 'POST').length, node('restarting').sigtermsReceived], [0, 1]);

    assert.match(await outcomeOf('awaiting'), messagePattern('Cancelled', 'takenOff'));
    assert.deepEqual([node('awaiting').tasks, node('awaiting').sigtermsReceived], [[], 0]);
  });
});
