import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { holderText } from '../../api/temporal/permit-id.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { assertOneAtATime } from '../support/assert-one-at-a-time.ts';
import { eventually } from '../support/eventually.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { wasAskedToCancel } from '../support/was-asked-to-cancel.ts';

/** @param taskId - Of the restart. Unset: any. */
function isBehindARestart(taskId?: string): (task: SeiNodeTask) => boolean {
  const pattern = messagePattern('Queued', 'restart', taskId === undefined ? {} : { taskId });
  return ({ status }) => pattern.test(status?.message ?? '');
}

describe('the permit of a node, after its holder has closed', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  /** A restart that has the node, and one that waits for it. */
  async function held(
    name: string,
    spec: Record<string, unknown> = {},
  ): Promise<{ node: SimulatedNode; holder: SeiNodeTask }> {
    const node = await environment.addNode(name, { faults: { neverBoot: true } });
    const holder = await environment.restart(`${name}-holder`, name, spec);
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.restart(`${name}-next`, name);
    await environment.queued(`${name}-next`);
    return { node, holder };
  }

  async function assertNextRuns(node: SimulatedNode): Promise<void> {
    node.setFaults({});
    assertComplete(await environment.finished(`${node.name}-next`));
    assert.equal(node.sigtermsReceived, 2);
    assertOneAtATime(node);
    await environment.permitIsFree(node.name);
  }

  it('is free when the holder is Complete', async () => {
    const { node } = await held('completed');
    await assertNextRuns(node);
    assertComplete(await environment.finished('completed-holder'));
  });

  it('is free when the holder has failed, and the next task waits for a restart that the sidecar still runs', async () => {
    const { node } = await held('failed', { timeoutSeconds: 2 });
    assertFailed(await environment.finished('failed-holder'), 'Timeout', 'over', { whereabouts: 'running' });
    const id = node.tasks[0]?.id;
    const next = await environment.taskWhere('failed-next', 'waits for the sidecar', isBehindARestart(String(id)));
    assert.equal(next.status?.reason, 'Queued');
    await assertNextRuns(node);
  });

  it('is free when the holder was cancelled and its restart has ended', async () => {
    const { node, holder } = await held('cancelled');
    await environment.tasks.delete(environment.namespace, 'cancelled-holder');
    await eventually('the holder is being cancelled', () => wasAskedToCancel(environment.workflowOf(holder)));
    await environment.taskWhere('cancelled-next', 'names a holder that was deleted', ({ status }) =>
      messagePattern('Queued', 'permit', { holder: /^SeiNodeTask cancelled-holder, .*deleted/ }).test(
        status?.message ?? '',
      ),
    );
    assert.equal(requestsOf(node, 'POST').length, 1);
    await assertNextRuns(node);
  });

  it('is free when the holder was terminated, and the next task waits for its restart', async () => {
    const { node, holder } = await held('terminated');
    await environment.workflowOf(holder).terminate('test');
    await environment.taskWhere('terminated-next', 'waits for the sidecar', isBehindARestart());
    assert.equal(requestsOf(node, 'POST').length, 1);
    await assertNextRuns(node);
  });

  it('is free when the holder had a timeout of Temporal', async () => {
    const node = await environment.addNode('timed-out', { faults: { neverBoot: true } });
    await environment.temporal.workflow.start('RestartSeid', {
      workflowId: `timed-out-${environment.namespace}`,
      taskQueue: environment.namespace,
      workflowRunTimeout: '3s',
      args: [{ node: { namespace: environment.namespace, name: 'timed-out' }, payload: {} }],
    });
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.restart('timed-out-next', 'timed-out');
    await environment.taskWhere('timed-out-next', 'waits for the sidecar', isBehindARestart());
    await assertNextRuns(node);
  });

  it('can be started by hand, which keeps all work off a node until it is terminated', async () => {
    const node = await environment.addNode('by-hand');
    const permit = await environment.temporal.workflow.start('NodePermit', {
      workflowId: (await environment.permitOf('by-hand')).workflowId,
      taskQueue: 'seinode-permit',
    });
    await environment.restart('by-hand-next', 'by-hand');
    const next = await environment.queued('by-hand-next');
    assert.match(next.status?.message ?? '', messagePattern('Queued', 'permit', { holder: holderText(undefined) }));
    assert.deepEqual(requestsOf(node, 'POST'), []);
    await permit.terminate('released');
    assertComplete(await environment.finished('by-hand-next'));
  });
});
