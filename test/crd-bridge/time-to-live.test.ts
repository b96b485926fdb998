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

  it('can be changed after the end, and kubectl still sees the end', async () => {
    await environment.restart('edited', 'nobody');
    await environment.finished('edited');
    const { namespace } = environment;
    const patched = await environment.tasks.patch(
      { namespace, name: 'edited' },
      { spec: { ttlSecondsAfterFinished: 3_600 } },
    );
    assert.equal(patched.metadata.generation, 2);
    const { code, stderr } = await environment.kubectl([
      'wait',
      '--for=condition=Finished',
      '--timeout=20s',
      'snt/edited',
    ]);
    assert.equal(code, 0, stderr);
    const { status } = await environment.finished('edited');
    assert.deepEqual([status?.observedGeneration, status?.reason], [2, 'TargetResolveFailed']);
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

  it('shows when a task that it has deleted is created again: an Event names the workflow of the first one', async () => {
    const first = await environment.restart('again', 'nobody', { ttlSecondsAfterFinished: 1 });
    await goneFromCluster('again');
    await environment.restart('again', 'nobody', { ttlSecondsAfterFinished: 3_600 });
    const { workflowId } = environment.workflowOf(first);
    await eventually('an Event names the first one', async () => {
      const { stdout } = await environment.kubectl(['events', '--for', 'snt/again', '--output=json']);
      const { items } = JSON.parse(stdout) as { readonly items: readonly { reason: string; message: string }[] };
      return items.some(({ reason, message }) => reason === 'CreatedAgain' && message.includes(workflowId));
    });
  });
});

describe('DEFAULT_TTL_AFTER_FINISHED', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService({ DEFAULT_TTL_AFTER_FINISHED: '1s' });
  });

  after(() => environment.stop());

  it('deletes a task without a TTL, and neither one that Argo CD would create again nor one with its own TTL', async () => {
    const spec = { kind: 'RestartSeid', target: { nodeRef: { name: 'nobody' } }, restartSeid: {} };
    const annotations = { 'argocd.argoproj.io/tracking-id': 'app:sei.io/SeiNodeTask:b/declared' };
    await environment.tasks.create(environment.namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeTask',
      metadata: { name: 'declared', annotations },
      spec,
    });
    await environment.restart('longer', 'nobody', { ttlSecondsAfterFinished: 3_600 });
    for (const name of ['declared', 'longer']) await environment.finished(name);
    await environment.restart('plain', 'nobody');
    await eventually(
      'plain is deleted',
      async () => (await environment.tasks.get(environment.namespace, 'plain')) === undefined,
    );
    for (const name of ['declared', 'longer']) assert.ok(await environment.tasks.get(environment.namespace, name));
  });
});
