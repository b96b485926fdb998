import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { CANCEL_ANNOTATION } from '../../api/provenance.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('a task that is cancelled while no service runs', () => {
  let environment: TestEnvironment;
  let workflowOfDeleted: WorkflowHandle;

  before(async () => {
    environment = await TestEnvironment.create();
    const service = await environment.startService();
    await environment.addNode('waiting', { phase: 'Pending' });
    await environment.addNode('restarting');
    await environment.addNode('deleted', { phase: 'Pending' });
    node('restarting').setFaults({ neverBoot: true });
    for (const name of ['waiting', 'restarting', 'deleted']) await environment.restart(name, name);
    await eventually('seid was signalled', () => node('restarting').sigtermsReceived === 1);
    for (const name of ['waiting', 'deleted'])
      await environment.taskWhere(name, 'waits', ({ status }) => status?.step === 'WaitingForTarget');
    const [deleted, restarting] = await Promise.all(
      ['deleted', 'restarting'].map((name) => environment.tasks.get(environment.namespace, name)),
    );
    assert.ok(deleted && restarting);
    workflowOfDeleted = environment.workflowOf(deleted);
    await service.process.stop(30_000);
    for (const name of ['waiting', 'restarting'])
      await environment.kubectl(['annotate', 'snt', name, `${CANCEL_ANNOTATION}=nobody there`]);
    await environment.kubectl(['delete', 'snt', 'deleted']);
    await environment.startService();
    await eventually('the restart is cancelled', async () => {
      const { events } = await environment.workflowOf(restarting).fetchHistory();
      return events?.some(({ workflowExecutionCancelRequestedEventAttributes: requested }) => requested);
    });
    node('restarting').setFaults({});
  });

  after(() => environment.stop());

  function node(name: string): SimulatedNode {
    return environment.fleet.node(environment.namespace, name);
  }

  it('is stopped before anything is sent when it waited for its target', async () => {
    assertFailed(await environment.finished('waiting'), 'Cancelled', 'unsent', { why: 'nobody there.' });
    assert.deepEqual(node('waiting').requests, []);
  });

  it('has its restart watched to its end', async () => {
    assertFailed(await environment.finished('restarting'), 'Cancelled', 'tooLateAndDone', {
      reached: 'accepted',
      why: 'nobody there.',
    });
    assert.equal(requestsOf(node('restarting'), 'POST').length, 1);
    assert.equal(node('restarting').sigtermsReceived, 1);
  });

  it('has its workflow cancelled when its resource is gone', async () => {
    await eventually(
      'its workflow is cancelled',
      async () => (await workflowOfDeleted.describe()).status.name === 'CANCELLED',
    );
    assert.deepEqual(node('deleted').requests, []);
  });
});
