import { assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** In milliseconds: what issue 6 promises. */
const PROMISED_MS = 10_000;

describe('a task whose workflow is ended from outside while the bridge runs', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('becomes WorkflowTerminated without waiting for a resync, and can be created again', async () => {
    const node = await environment.addNode('terminated', { faults: { neverBoot: true } });
    const task = await environment.restart('terminated', 'terminated');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.workflowOf(task).terminate('test');
    await eventually(
      'the resource says so',
      async () =>
        (await environment.tasks.get(environment.namespace, 'terminated'))?.status?.reason === 'WorkflowTerminated',
      PROMISED_MS,
    );
    assertFailed(await environment.finished('terminated'), 'WorkflowTerminated');
    node.setFaults({});
  });
});
