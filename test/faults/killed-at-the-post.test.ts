import assert from 'node:assert/strict';
import { assertFailed } from '../support/assert-verdict.ts';
import { requestsOf } from '../support/requests-of.ts';
import { StoppableService } from '../support/stoppable-service.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('a worker that is killed after its POST arrived, and a sidecar that no longer answers', () => {
  let environment: TestEnvironment;
  let service: StoppableService;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
    service = await StoppableService.start(environment);
  });

  afterEach(() => environment.stop());

  it('lead to a verdict that says that the task may have been sent', async () => {
    // The failure before leaves word that nothing was sent, right before that changes.
    const node = await environment.addNode('denied', {
      faults: { answerStatus: { method: 'GET', status: 503, times: 1 } },
    });
    const landed = service.sidecars.stop('denied', { after: ({ method }) => method === 'POST' });
    await environment.restart('denied', 'denied', { timeoutSeconds: 20 });
    await landed;
    await service.kill();
    node.crashSidecar();
    await environment.startService();
    const task = await environment.finished('denied');
    assertFailed(task, 'Timeout', 'over', { whereabouts: 'perhapsSentAndUnasked' });
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  });

  it('lead to it also when a heartbeat from before the POST reaches Temporal after it', async () => {
    const node = await environment.addNode('late');
    const landed = service.sidecars.stop('late', { after: ({ method }) => method === 'POST' });
    const created = await environment.restart('late', 'late', { timeoutSeconds: 20 });
    await landed;
    await service.kill();
    node.crashSidecar();
    const workflow = environment.workflowOf(created);
    const { raw, workflowId } = await workflow.describe();
    const activityId = raw.pendingActivities?.[0]?.activityId ?? assert.fail('no activity is pending');
    await environment.temporal.activity.heartbeat({ workflowId, activityId }, { taskId: 'planted', sent: 'no' });
    await environment.startService();
    assertFailed(await environment.finished('late'), 'Timeout', 'over', { whereabouts: 'perhapsSentAndUnasked' });
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  });
});
