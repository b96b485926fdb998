import assert from 'node:assert/strict';
import { assertComplete } from '../support/assert-verdict.ts';
import { assertOneAtATime } from '../support/assert-one-at-a-time.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { resetToFirstTask } from '../support/reset-to-first-task.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('the permit of a holder that is reset in Temporal to its beginning', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('still belongs to it: the holder continues, restarts nothing again, and the next task gets its turn', async () => {
    const node = await environment.addNode('reset', { faults: { neverBoot: true } });
    const holder = await environment.restart('holder', 'reset');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.restart('next', 'reset');
    await environment.queued('next');

    const workflow = environment.workflowOf(holder);
    const runId = await resetToFirstTask(environment.temporal, workflow);
    await environment.taskWhere(
      'holder',
      'is watched by the new run',
      ({ status }) => status?.workflow?.runId === runId && status.step === 'Restarting',
    );
    assert.equal((await environment.queued('next')).status?.phase, 'Pending');
    assert.deepEqual([requestsOf(node, 'POST').length, node.sigtermsReceived], [1, 1]);

    node.setFaults({});
    for (const name of ['holder', 'next']) assertComplete(await environment.finished(name));
    assert.deepEqual([requestsOf(node, 'POST').length, node.sigtermsReceived], [2, 2]);
    assertOneAtATime(node);
    assert.equal((await workflow.describe()).status.name, 'COMPLETED');
    await environment.permitIsFree('reset');
  });
});
