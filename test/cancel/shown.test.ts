import assert from 'node:assert/strict';
import { CANCEL_ANNOTATION } from '../../api/provenance.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { assertFailed } from '../support/assert-verdict.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { polledAgain } from '../support/polled-again.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('a restart that is being cancelled', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  const ways: Readonly<Record<string, (task: SeiNodeTask) => Promise<unknown>>> = {
    annotation: ({ metadata: { name } }) =>
      environment.kubectl(['annotate', 'snt', name, `${CANCEL_ANNOTATION}=wrong node`]),
    update: (task) => environment.workflowOf(task).executeUpdate('cancel', { args: [{ why: 'wrong node' }] }),
    temporal: (task) => environment.workflowOf(task).cancel(),
  };
  for (const [way, cancel] of Object.entries(ways)) {
    it(`says so until it has ended, however it was cancelled: ${way}`, async () => {
      const node = await environment.addNode(way);
      node.setFaults({ neverBoot: true });
      await environment.restart(way, way);
      await cancel(await environment.taskWhere(way, 'is at work', ({ status }) => status?.step === 'Restarting'));
      const { status } = await environment.taskWhere(
        way,
        'tells that it is being cancelled',
        ({ status: now }) => now?.step === 'Cancelling',
      );
      assert.equal(status?.phase, 'Running');
      await polledAgain(node);
      assert.equal((await environment.tasks.get(environment.namespace, way))?.status?.step, 'Cancelling');
      node.setFaults({});
      assertFailed(await environment.finished(way), 'Cancelled', 'tooLateAndDone', {
        reached: 'accepted',
      });
      assertRestartedOnce(node);
    });
  }
});
