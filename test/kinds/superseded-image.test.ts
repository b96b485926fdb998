import assert from 'node:assert/strict';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

const OLD = 'ghcr.io/sei/seid:v5';
const MISTYPED = 'ghcr.io/sei/sied:v6';
const NEW = 'ghcr.io/sei/seid:v6';

describe('an image that never runs', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  /** Creates a task under a name of its own, and waits until the image that it set rolls out. */
  async function rollingOut(node: string, name: string, image: string): Promise<void> {
    const { namespace } = environment;
    await environment.createTask(name, {
      kind: 'UpdateNodeImage',
      target: { nodeRef: { name: node } },
      updateNodeImage: { image },
    });
    await environment.taskWhere(name, 'waits', ({ status }) => status?.step === 'RollingOut');
    const { spec } = (await environment.seiNodes.get(namespace, node)) as unknown as { spec: { image: string } };
    assert.equal(spec.image, image);
  }

  async function stuck(name: string): Promise<void> {
    await environment.addNode(name, { spec: { image: OLD }, status: { currentImage: OLD } });
    await rollingOut(name, name, MISTYPED);
  }

  it('does not block the image that corrects it or a restart, and is superseded', async () => {
    await stuck('corrected');
    await environment.restart('meanwhile', 'corrected');
    assertComplete(await environment.finished('meanwhile'));
    assert.equal((await environment.tasks.get(environment.namespace, 'corrected'))?.status?.phase, 'Running');
    await rollingOut('corrected', 'correction', NEW);
    const superseded = await environment.finished('corrected');
    assertFailed(superseded, 'TaskFailed', 'superseded', { image: MISTYPED, quote: new RegExp(NEW) });
    assert.equal(superseded.status?.outputs, undefined);
    await environment.seiNodes.patchStatus(
      { namespace: environment.namespace, name: 'corrected' },
      { status: { currentImage: NEW } },
    );
    const correction = await environment.finished('correction');
    assertComplete(correction);
    assert.deepEqual(correction.status?.outputs, { updateNodeImage: { appliedImage: NEW } });
  });

  it('is superseded by an image that somebody else sets', async () => {
    await stuck('by-hand');
    const patch = JSON.stringify({ spec: { image: OLD } });
    const { code, stderr } = await environment.kubectl([
      'patch',
      'seinode',
      'by-hand',
      '--type=merge',
      `--patch=${patch}`,
    ]);
    assert.equal(code, 0, stderr);
    assertFailed(await environment.finished('by-hand'), 'TaskFailed', 'superseded', {
      image: MISTYPED,
      quote: new RegExp(OLD),
    });
  });

  it('is not reported as set when the node already runs it', async () => {
    await environment.addNode('already', { spec: { image: NEW }, status: { currentImage: NEW } });
    await createTaskOfKind(environment, 'already', { kind: 'UpdateNodeImage', payload: { image: NEW } });
    const task = await environment.finished('already');
    assertComplete(task, 'unchanged', { result: new RegExp(NEW) });
    assert.equal(task.status?.task?.submittedAt, undefined);
  });
});
