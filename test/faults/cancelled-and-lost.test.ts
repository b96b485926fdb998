import assert from 'node:assert/strict';
import { CancelledFailure } from '@temporalio/client';
import type { MessageName } from '../../api/reasons.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import type { MessageValues } from '../support/message-pattern.ts';
import { requestsOf } from '../support/requests-of.ts';
import { StoppableService } from '../support/stoppable-service.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { wasAskedToCancel } from '../support/was-asked-to-cancel.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

describe('a task that is cancelled and then loses its activity', () => {
  let environment: TestEnvironment;
  let service: StoppableService;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
    service = await StoppableService.start(environment);
  });

  afterEach(() => environment.stop());

  async function cancel(task: SeiNodeTask): Promise<void> {
    const workflow = environment.workflowOf(task);
    await workflow.cancel();
    await eventually('the cancel has arrived', () => wasAskedToCancel(workflow));
  }

  async function assertCancelled<Case extends MessageName<'Cancelled'>>(
    task: SeiNodeTask,
    message: Case,
    values?: MessageValues<'Cancelled', Case>,
  ): Promise<void> {
    assertFailed(await environment.finished(task.metadata.name), 'Cancelled', message, values);
    assert.ok((await workflowFailure(environment.workflowOf(task))) instanceof CancelledFailure);
  }

  it('ends Cancelled although the API server did not answer the check of its target', async () => {
    const node = await environment.addNode('look');
    const stopped = service.apiServer.stop('look', { before: ({ path }) => path.includes('/seinodes/') });
    const task = await environment.restart('look', 'look');
    await stopped;
    await cancel(task);
    await eventually('the check has ended', async () => {
      const { raw } = await environment.workflowOf(task).describe();
      return !raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'checkTargetPhase');
    });
    service.apiServer.resume('look');
    await assertCancelled(task, 'unsent');
    assert.deepEqual(node.requests, []);
  });

  it('ends Cancelled although its worker was killed right before the POST', async () => {
    const node = await environment.addNode('post');
    const stopped = service.sidecars.stop('post', { before: ({ method }) => method === 'POST' });
    const task = await environment.restart('post', 'post');
    await stopped;
    await cancel(task);
    await service.kill();
    await environment.startService();
    await assertCancelled(task, 'watchedNoLonger', { whereabouts: 'perhapsSentAndGone' });
    assert.deepEqual([requestsOf(node, 'POST'), node.sigtermsReceived], [[], 0]);
  });

  it('is watched to its end although its worker was killed right after the POST', async () => {
    const node = await environment.addNode('sent');
    const stopped = service.sidecars.stop('sent', { after: ({ method }) => method === 'POST' });
    const task = await environment.restart('sent', 'sent');
    await stopped;
    await cancel(task);
    await service.kill();
    await environment.startService();
    await assertCancelled(task, 'tooLateAndDone', { reached: 'accepted' });
    assertRestartedOnce(node);
  });
});
