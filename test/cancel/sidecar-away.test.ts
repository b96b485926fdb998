import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { TaskKind } from '../../api/task-kinds.ts';
import { CANCEL_ANNOTATION } from '../../api/provenance.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { wasAskedToCancel } from '../support/was-asked-to-cancel.ts';

/** Far above where the chain starts, and never reached before a test says so. */
const HEIGHT = 1_000_000;

/** It is asked for first: one that has ended is not taken off. */
async function isTriedToTakeOff(node: SimulatedNode): Promise<void> {
  const asked = requestsOf(node, 'GET').length;
  await eventually('it was tried to take it off', () => requestsOf(node, 'GET').length >= asked + 5);
}

describe('a task that is cancelled while its sidecar does not answer', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function annotate(name: string, why: string): Promise<void> {
    const { code, stderr } = await environment.kubectl(['annotate', 'snt', name, `${CANCEL_ANNOTATION}=${why}`]);
    assert.equal(code, 0, stderr);
  }

  async function workflowEnds(task: SeiNodeTask): Promise<string> {
    return await eventually('its workflow is over', async () => {
      const { status } = await environment.workflowOf(task).describe();
      return status.name !== 'RUNNING' && status.name;
    });
  }

  for (const kind of ['MarkReady', 'RestartSeid', 'GovVote'] satisfies TaskKind[]) {
    it(`ends Cancelled although the sidecar cannot be asked, and was not sent: ${kind}`, async () => {
      const name = kind.toLowerCase();
      const node = await environment.addNode(name, { ready: false });
      node.crashSidecar();
      const task = await createTaskOfKind(environment, name, { kind });
      await environment.taskWhere(name, 'tells that it cannot be sent', ({ status }) =>
        /GET http\S+\/v0\/tasks/.test(status?.message ?? ''),
      );
      await annotate(name, 'sidecar is down');
      assertFailed(await environment.finished(name), 'Cancelled', 'unsent', { why: 'sidecar is down.' });
      assert.equal(await workflowEnds(task), 'CANCELLED');
      node.startSidecar();
      assert.deepEqual([requestsOf(node, 'POST'), node.tasks, node.sigtermsReceived], [[], [], 0]);
    });
  }

  /** A wait on the sidecar that sends SIGTERM to seid when it is over. */
  async function signalling(name: string): Promise<{ node: SimulatedNode; task: SeiNodeTask }> {
    const node = await environment.addNode(name, { sidecarVersion: 'newer' });
    const task = await createTaskOfKind(environment, name, {
      kind: 'AwaitCondition',
      payload: { height: { targetHeight: HEIGHT }, action: 'SIGTERM_SEID' },
    });
    await environment.taskWhere(name, 'is watched', ({ status }) => status?.step === 'AwaitingHeight');
    node.crashSidecar();
    return { node, task };
  }

  it('shows that it is being cancelled, and the problem that delays it', async () => {
    const { node, task } = await signalling('shown');
    await annotate('shown', 'not now');
    const { status } = await environment.taskWhere(
      'shown',
      'shows the problem',
      ({ status: now }) => now?.step === 'Cancelling' && /GET http\S+\/v0\/tasks/.test(now.message ?? ''),
    );
    assert.equal(status?.phase, 'Running');
    await isTriedToTakeOff(node);
    node.startSidecar();
    assertFailed(await environment.finished('shown'), 'Cancelled', 'takenOff', {
      whereabouts: 'takenOff',
      why: 'not now.',
    });
    assert.equal(await workflowEnds(task), 'CANCELLED');
    assert.deepEqual(node.tasks, []);
  });

  it('is taken off the sidecar in the end, although that was down and then busy, and seid gets no SIGTERM', async () => {
    const { node, task } = await signalling('deleted');
    const workflow = environment.workflowOf(task);
    await environment.kubectl(['delete', 'snt', 'deleted']);
    await eventually('it is being cancelled', () => wasAskedToCancel(workflow));
    await isTriedToTakeOff(node);
    assert.equal((await workflow.describe()).status.name, 'RUNNING');

    node.setFaults({ answerStatus: { method: 'DELETE', status: 503, retryAfterSeconds: 2, times: 3 } });
    node.startSidecar();
    const refused = await eventually('it was busy', () => {
      const answers = requestsOf(node, 'DELETE').filter(({ status }) => status === 503);
      return answers.length === 3 && answers;
    });
    for (const [index, { at }] of refused.entries())
      assert.ok(at - (refused[index - 1]?.at ?? 0) >= 2_000, 'Retry-After was not kept');
    assert.equal((await workflow.describe()).status.name, 'RUNNING');
    assert.equal(await workflowEnds(task), 'CANCELLED');
    assert.deepEqual(node.tasks, []);

    await environment.fleet.setHeight(HEIGHT);
    await createTaskOfKind(environment, 'deleted', { kind: 'AwaitNodesAtHeight', payload: { targetHeight: HEIGHT } });
    assertComplete(await environment.finished('deleted'));
    assert.equal(node.sigtermsReceived, 0);
  });
});
