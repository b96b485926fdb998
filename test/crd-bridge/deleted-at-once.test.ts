import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('a task that is deleted after its TTL', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function isGone(name: string): Promise<void> {
    await eventually(
      `${name} is deleted`,
      async () => (await environment.tasks.get(environment.namespace, name)) === undefined,
    );
  }

  it('leaves a closed workflow with the same result, and the Event of its end', async () => {
    const node = await environment.addNode('at-once');
    const task = await environment.restart('at-once', 'at-once', { ttlSecondsAfterFinished: 0 });
    await isGone('at-once');
    const workflow = environment.workflowOf(task);
    const outcome = (await workflow.result()) as { verdict: { reason: string } };
    assert.equal(outcome.verdict.reason, 'TaskComplete');
    assert.equal((await workflow.describe()).status.name, 'COMPLETED');
    await eventually('the Event of its end', async () => {
      const { stdout } = await environment.kubectl([
        'get',
        'events',
        '--field-selector',
        `involvedObject.uid=${task.metadata.uid},reason=TaskComplete`,
        '-o',
        'name',
      ]);
      return stdout !== '';
    });
    assert.equal(node.sigtermsReceived, 1);
  });

  it('can get the TTL after its end', async () => {
    await environment.restart('afterwards', 'nobody');
    await environment.finished('afterwards');
    const { code, stderr } = await environment.kubectl([
      'patch',
      'snt',
      'afterwards',
      '--type=merge',
      '-p',
      '{"spec":{"ttlSecondsAfterFinished":0}}',
    ]);
    assert.equal(code, 0, stderr);
    await isGone('afterwards');
  });

  it('can have the TTL removed before it has passed', async () => {
    await environment.restart('spared', 'nobody', { ttlSecondsAfterFinished: 4 });
    await environment.finished('spared');
    await environment.kubectl([
      'patch',
      'snt',
      'spared',
      '--type=merge',
      '-p',
      '{"spec":{"ttlSecondsAfterFinished":null}}',
    ]);
    await environment.restart('due-later', 'nobody', { ttlSecondsAfterFinished: 4 });
    await isGone('due-later');
    assert.ok(await environment.tasks.get(environment.namespace, 'spared'));
  });
});
