import assert from 'node:assert/strict';
import { CancelledFailure } from '@temporalio/client';
import { assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

describe('a resource that is created again under the name of a deleted one', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  it('gets its own task and verdict while the first task still runs', async () => {
    const firstNode = await environment.addNode('first');
    const secondNode = await environment.addNode('second', { faults: { ignoreSigterm: true } });
    firstNode.setFaults({ neverBoot: true });
    const first = await environment.restart('same', 'first');
    await eventually('the first task runs', () => firstNode.sigtermsReceived === 1);

    await environment.tasks.delete(environment.namespace, 'same');
    const second = await environment.restart('same', 'second');
    assert.notEqual(second.metadata.uid, first.metadata.uid);
    const failed = await environment.finished('same');
    assertFailed(failed, 'TaskFailed', 'failed', { quote: /still alive/ });
    assert.equal(failed.metadata.uid, second.metadata.uid);
    assert.equal(failed.status?.task?.id, expectedTaskId(second.metadata.uid, 'RestartSeid'));
    assert.deepEqual(
      secondNode.tasks.map(({ id }) => id),
      [failed.status?.task?.id],
    );

    firstNode.setFaults({});
    assert.ok((await workflowFailure(environment.workflowOf(first))) instanceof CancelledFailure);
    assert.deepEqual(
      firstNode.tasks.map(({ id, status }) => [id, status]),
      [[expectedTaskId(first.metadata.uid, 'RestartSeid'), 'completed']],
    );
    assert.deepEqual((await environment.tasks.get(environment.namespace, 'same'))?.status, failed.status);
  });

  it('waits with its own task although the earlier resource had a verdict', async () => {
    const node = await environment.addNode('third');
    await environment.restart('reused', 'third');
    await environment.finished('reused');
    await environment.tasks.delete(environment.namespace, 'reused');
    const second = await environment.restart('reused', 'third');
    assert.equal(second.status, undefined);
    const task = await environment.finished('reused');
    assert.equal(task.status?.task?.id, expectedTaskId(second.metadata.uid, 'RestartSeid'));
    assert.equal(node.sigtermsReceived, 2);
  });
});
