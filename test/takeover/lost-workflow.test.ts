import assert from 'node:assert/strict';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertComplete, assertConfirmed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** As after a retention that was too short, or a Temporal that was restored from an older backup. */
describe('a task whose workflow Temporal has lost', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    const service = await environment.startService();
    const restarting = await environment.addNode('restarting');
    restarting.setFaults({ neverBoot: true });
    await environment.addNode('voting', { sidecarVersion: 'newer', transactions: { outcome: 'pending' } });
    await environment.restart('restarting', 'restarting');
    const govVote = { chainId: 'test-1', fees: '2000usei', gas: 200_000, proposalId: 7, option: 'yes' };
    await environment.createTask('voting', { kind: 'GovVote', target: { nodeRef: { name: 'voting' } }, govVote });
    await Promise.all([
      environment.taskWhere('restarting', 'is at work', ({ status }) => status?.step === 'Restarting'),
      eventually(
        'the vote is submitted again',
        () => requestsOf(environment.fleet.node(environment.namespace, 'voting'), 'POST').length > 1,
      ),
    ]);
    await service.process.stop(30_000);
    for (const name of ['restarting', 'voting']) await lose(await taskNamed(name));
    await environment.startService();
    restarting.setFaults({});
  });

  after(() => environment.stop());

  async function taskNamed(name: string): Promise<SeiNodeTask> {
    return (await environment.tasks.get(environment.namespace, name)) ?? assert.fail(`no task ${name}`);
  }

  async function lose(task: SeiNodeTask): Promise<void> {
    const handle = environment.workflowOf(task);
    const { workflowService, options } = environment.temporal;
    await workflowService.deleteWorkflowExecution({
      namespace: options.namespace,
      workflowExecution: { workflowId: handle.workflowId },
    });
    await eventually('Temporal knows it no more', async () => {
      return await handle.describe().then(
        () => false,
        (error: unknown) => error instanceof WorkflowNotFoundError,
      );
    });
  }

  it('is finished by a new one, without a second restart', async () => {
    const task = await environment.finished('restarting');
    const node = environment.fleet.node(environment.namespace, 'restarting');
    assertComplete(task);
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  });

  it('is finished by a new one, without a second transaction', async () => {
    const node = environment.fleet.node(environment.namespace, 'voting');
    const { metadata, status } = await taskNamed('voting');
    const posts = requestsOf(node, 'POST').length;
    await eventually('the new one submits it again', () => requestsOf(node, 'POST').length > posts);
    node.setTransactions({});
    const task = await environment.finished('voting');
    assertConfirmed(task);
    assert.equal(task.metadata.uid, metadata.uid);
    assert.deepEqual(
      [...new Set(requestsOf(node, 'POST').map(({ body }) => (JSON.parse(body) as { id: string }).id))],
      [status?.task?.id],
    );
    assert.equal(node.broadcasts.length, 1);
  });
});
