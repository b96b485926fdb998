import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** As after the API server was restored from a backup. */
describe('a finished task whose status was restored to an earlier one', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function turnBack(name: string): Promise<void> {
    const task = await environment.tasks.get(environment.namespace, name);
    assert.ok(task);
    const workflow = environment.workflowOf(task);
    await eventually('its workflow is over', async () => (await workflow.describe()).status.name !== 'RUNNING');
    const status = { phase: 'Running', reason: null, message: null, completedAt: null, duration: null, conditions: [] };
    await environment.tasks.patchStatus({ namespace: environment.namespace, name }, { status });
  }

  it('gets the verdict of its workflow again, and nothing is sent again', async () => {
    const good = await environment.addNode('good');
    const bad = await environment.addNode('bad', { restartGraceMs: 50, faults: { ignoreSigterm: true } });
    await environment.restart('good', 'good');
    await environment.restart('bad', 'bad');
    for (const name of ['good', 'bad']) {
      await environment.finished(name);
      await turnBack(name);
    }
    assertComplete(await environment.finished('good'));
    assertFailed(await environment.finished('bad'), 'TaskFailed', 'failed', {
      quote: /still alive 50ms after SIGTERM/,
    });
    for (const node of [good, bad]) assert.equal(requestsOf(node, 'POST').length, 1);
  });

  it('becomes Cancelled again, although Temporal stores no outcome of a cancelled workflow', async () => {
    await environment.addNode('cancelled', { phase: 'Pending' });
    await environment.restart('cancelled', 'cancelled');
    await environment.taskWhere('cancelled', 'waits', ({ status }) => status?.step === 'WaitingForTarget');
    const task = await environment.tasks.get(environment.namespace, 'cancelled');
    assert.ok(task);
    await environment.workflowOf(task).cancel();
    assertFailed(await environment.finished('cancelled'), 'Cancelled', 'unsent');
    await turnBack('cancelled');
    assertFailed(await environment.finished('cancelled'), 'Cancelled', 'workflow', {
      workflowId: environment.workflowOf(task).workflowId,
    });
  });
});
