import assert from 'node:assert/strict';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('the update `cancel`', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function waiting(name: string): Promise<SeiNodeTask> {
    await environment.addNode(name, { phase: 'Pending' });
    await environment.restart(name, name);
    return await environment.taskWhere(name, 'waits', ({ status }) => status?.step === 'WaitingForTarget');
  }

  async function cancel(task: SeiNodeTask, argument: unknown): Promise<void> {
    await environment.workflowOf(task).executeUpdate<void, [unknown]>('cancel', { args: [argument] });
  }

  it('stops a task that waits for its target, and says why', async () => {
    const task = await waiting('waiting');
    await cancel(task, { why: 'wrong node' });
    assertFailed(await environment.finished('waiting'), 'Cancelled', 'unsent', { why: 'wrong node.' });
    assert.deepEqual(environment.fleet.node(environment.namespace, 'waiting').requests, []);
  });

  it('needs no reason', async () => {
    await cancel(await waiting('silent'), {});
    const task = await environment.finished('silent');
    assertFailed(task, 'Cancelled', 'unsent', { why: '' });
  });

  it('keeps the reason of an earlier one when it has none', async () => {
    const node = await environment.addNode('again');
    node.setFaults({ neverBoot: true });
    await environment.restart('again', 'again');
    const task = await environment.taskWhere('again', 'is at work', ({ status }) => status?.step === 'Restarting');
    await cancel(task, { why: 'wrong node' });
    await cancel(task, {});
    node.setFaults({});
    assertFailed(await environment.finished('again'), 'Cancelled', 'tooLateAndDone', { why: 'wrong node.' });
    assert.equal(node.sigtermsReceived, 1);
  });

  it('takes a wait off the sidecar', async () => {
    const node = await environment.addNode('await', { sidecarVersion: 'newer' });
    const awaitNodesAtHeight = { targetHeight: 1_000_000_000 };
    const task = await environment.createTask('await', {
      kind: 'AwaitNodesAtHeight',
      target: { nodeRef: { name: 'await' } },
      awaitNodesAtHeight,
    });
    await eventually('it was sent', () => node.tasks.length === 1);
    await cancel(task, { why: 'wrong height' });
    assertFailed(await environment.finished('await'), 'Cancelled', 'takenOff', {
      whereabouts: 'takenOff',
      why: 'wrong height.',
    });
    assert.deepEqual(
      requestsOf(node, 'DELETE').map(({ status }) => status),
      [204],
    );
    assert.deepEqual(node.tasks, []);
  });

  it('shows one short line of any reason', async () => {
    const task = await waiting('hostile');
    await cancel(task, { why: `red \u001b[31m\r\nnew line\u202e ${'long '.repeat(20_000)}` });
    const ended = await environment.finished('hostile');
    assertFailed(ended, 'Cancelled', 'unsent', { why: /^red {2}\[31m new line {2}long long / });
    const { status } = ended;
    assert.ok((status?.message?.length ?? 0) <= 1_200, `${status?.message?.length} characters`);
    assert.doesNotMatch(status?.message ?? '', /[\p{Cc}\p{Bidi_Control}]/u);
  });

  it('is refused with an argument that it does not understand, and nothing happens', async () => {
    const task = await waiting('refused');
    await assert.rejects(environment.workflowOf(task).executeUpdate('cancel'), WorkflowUpdateFailedError);
    for (const argument of ['because', null, { why: null }, { why: ['a'] }]) {
      await assert.rejects(cancel(task, argument), WorkflowUpdateFailedError, JSON.stringify(argument));
    }
    await environment.setPhase('refused', 'Running');
    assertComplete(await environment.finished('refused'));
    assert.equal(environment.fleet.node(environment.namespace, 'refused').sigtermsReceived, 1);
  });

  it('finds nothing to cancel when the task has ended', async () => {
    await environment.addNode('over');
    const task = await environment.restart('over', 'over');
    const { status } = await environment.finished('over');
    await environment.workflowOf(task).result();
    await assert.rejects(cancel(task, { why: 'late' }), WorkflowNotFoundError);
    assert.deepEqual((await environment.tasks.get(environment.namespace, 'over'))?.status, status);
  });
});
