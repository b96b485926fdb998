import assert from 'node:assert/strict';
import type { LocalService } from '../../dev/start-local-service.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('spec.ttlSecondsAfterFinished', () => {
  let environment: TestEnvironment;
  let service: LocalService;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.addNode('node');
    service = await environment.startService();
  });

  after(() => environment.stop());

  const goneFromCluster = (name: string): Promise<true> =>
    eventually(
      `${name} is deleted`,
      async () => (await environment.tasks.get(environment.namespace, name)) === undefined,
    );

  it('deletes a task that is Complete, no sooner than after its time', async () => {
    await environment.restart('complete', 'node', { ttlSecondsAfterFinished: 3 });
    const task = await environment.finished('complete');
    assertComplete(task);
    await goneFromCluster('complete');
    assert.ok(Date.now() >= Date.parse(task.status?.completedAt ?? '') + 3_000);
  });

  it('deletes a task that has Failed, and with 0 at once', async () => {
    await environment.restart('failed', 'nobody', { ttlSecondsAfterFinished: 0 });
    await goneFromCluster('failed');
  });

  it('unset: keeps the task', async () => {
    await environment.restart('kept', 'nobody');
    await environment.finished('kept');
    await environment.restart('after-kept', 'nobody', { ttlSecondsAfterFinished: 0 });
    await goneFromCluster('after-kept');
    assert.ok(await environment.tasks.get(environment.namespace, 'kept'));
  });

  it('applies after a restart of the service, and not to another task with the same name', async () => {
    await environment.restart('replaced', 'nobody', { ttlSecondsAfterFinished: 2 });
    const { metadata } = await environment.finished('replaced');
    await environment.restart('overdue', 'nobody', { ttlSecondsAfterFinished: 2 });
    await environment.finished('overdue');
    await service.process.stop(30_000);
    await environment.tasks.delete(environment.namespace, 'replaced');
    const again = await environment.restart('replaced', 'nobody');
    assert.notEqual(again.metadata.uid, metadata.uid);
    await environment.startService();
    await goneFromCluster('overdue');
    assert.equal((await environment.finished('replaced')).metadata.uid, again.metadata.uid);
  });
});
