import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';
import { begunAMinuteAgo, sentAMinuteAgo } from './begun-task.ts';

const OLD = 'ghcr.io/sei/seid:v5';
const NEW = 'ghcr.io/sei/seid:v6';
const OTHER = 'ghcr.io/sei/seid:v7';

interface Begun {
  /** What the SeiNode's spec says, and what its node runs. */
  readonly image: string;
  readonly currentImage: string;
  readonly status: (id: string) => SeiNodeTaskStatus;
}

/** Each is on a node of its own, which is named after it, and is to bring it to `NEW`. */
const begun: Readonly<Record<string, Begun>> = {
  'rolling-out': { image: NEW, currentImage: OLD, status: sentAMinuteAgo },
  'not-set': { image: OLD, currentImage: OLD, status: begunAMinuteAgo },
  superseded: { image: OTHER, currentImage: OLD, status: sentAMinuteAgo },
  runs: { image: NEW, currentImage: NEW, status: begunAMinuteAgo },
};

describe('an image update that another controller has started', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    for (const [name, { image, currentImage, status }] of Object.entries(begun)) {
      await environment.addNode(name, { spec: { image }, status: { currentImage } });
      await createTaskOfKind(environment, name, { kind: 'UpdateNodeImage', payload: { image: NEW } });
      await environment.tasks.patchStatus({ namespace: environment.namespace, name }, { status: status(randomUUID()) });
    }
    await environment.startService();
  });

  after(() => environment.stop());

  async function seiNode(name: string): Promise<{ image: string | undefined; generation: number | undefined }> {
    const { metadata, spec } = (await environment.seiNodes.get(environment.namespace, name)) as unknown as {
      metadata: { generation: number };
      spec: { image: string };
    };
    return { image: spec.image, generation: metadata.generation };
  }

  async function runs(name: string): Promise<void> {
    await environment.seiNodes.patchStatus(
      { namespace: environment.namespace, name },
      { status: { currentImage: NEW } },
    );
  }

  it('is watched until the node runs it when it was set, and is not set again', async () => {
    await environment.taskWhere('rolling-out', 'waits', ({ status }) => status?.step === 'RollingOut');
    await runs('rolling-out');
    const task = await environment.finished('rolling-out');
    assertComplete(task);
    assert.deepEqual(task.status?.outputs, { updateNodeImage: { appliedImage: NEW } });
    assert.equal((await seiNode('rolling-out')).generation, 1);
  });

  it('is set once when it may not have been', async () => {
    await eventually('the image is set', async () => (await seiNode('not-set')).image === NEW);
    await runs('not-set');
    assertComplete(await environment.finished('not-set'));
    assert.equal((await seiNode('not-set')).generation, 2);
  });

  it('is superseded when it was set and somebody else has set another one since', async () => {
    assertFailed(await environment.finished('superseded'), 'TaskFailed', 'superseded', {
      image: NEW,
      quote: new RegExp(OTHER),
    });
    assert.deepEqual(await seiNode('superseded'), { image: OTHER, generation: 1 });
  });

  it('is Complete when the node runs it, without saying who set it', async () => {
    const task = await environment.finished('runs');
    assertComplete(task, 'complete', { result: new RegExp(NEW) });
    assert.doesNotMatch(conditionOf(task, 'Ready')?.message ?? '', messagePattern('TaskComplete', 'unchanged'));
    assert.equal((await seiNode('runs')).generation, 1);
  });
});
