import assert from 'node:assert/strict';
import { CancelledFailure } from '@temporalio/common';
import type { PollRequest } from '../../core/activities.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { scheduledActivity } from '../support/scheduled-activities.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

const MANAGER = 'seinode-task-controller';
const OLD = 'ghcr.io/sei/seid:v5';
const NEW = 'ghcr.io/sei/seid:v6';
/** What the service knows nothing of. */
const OTHERS = {
  validator: { operatorKeyring: { secret: { secretName: 'keys' } }, unknown: [1, { deep: true }] },
  sidecar: { port: 7777, image: 'sidecar:v1' },
  peers: [{ label: { selector: { a: 'b' } } }],
};

interface SeiNodeObject extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & {
    readonly generation: number;
    readonly managedFields: readonly {
      readonly manager: string;
      readonly operation: string;
      readonly subresource?: string;
      readonly fieldsV1: unknown;
    }[];
  };
  readonly spec: Record<string, unknown>;
}

describe('UpdateNodeImage', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  async function seiNode(name: string): Promise<SeiNodeObject> {
    const { stdout } = await environment.kubectl(['get', 'seinode', name, '--output', 'json', '--show-managed-fields']);
    return JSON.parse(stdout);
  }

  /** As the SeiNode's controller does once the node runs an image. */
  async function runs(name: string, currentImage: string): Promise<void> {
    await environment.seiNodes.patchStatus({ namespace: environment.namespace, name }, { status: { currentImage } });
  }

  /** Creates the task and waits until it has set the image. */
  async function rollingOut(name: string, { timeoutSeconds = 0, currentImage = OLD } = {}): Promise<SeiNodeTask> {
    await environment.addNode(name, { spec: { ...OTHERS, image: OLD }, status: { currentImage } });
    const task = await createTaskOfKind(environment, name, {
      kind: 'UpdateNodeImage',
      payload: { image: NEW },
      timeoutSeconds,
    });
    await eventually('the image is set', async () => (await seiNode(name)).spec['image'] === NEW);
    return task;
  }

  /** The step is written after a check that found another image. */
  async function waits({ metadata }: SeiNodeTask): Promise<void> {
    const { status } = await environment.taskWhere(
      metadata.name,
      'waits',
      (task) => task.status?.step === 'RollingOut',
    );
    assert.equal(status?.phase, 'Running');
  }

  it('contract §1.4: applies the image as seinode-task-controller, and nothing else of the SeiNode changes', async () => {
    await rollingOut('applied');
    const { spec, metadata } = await seiNode('applied');
    assert.deepEqual(spec, { chainId: 'test-1', ...OTHERS, image: NEW });
    const written = metadata.managedFields.filter(({ manager }) => manager === MANAGER);
    assert.deepEqual(
      written.map(({ operation, subresource, fieldsV1 }) => ({ operation, subresource, fieldsV1 })),
      [{ operation: 'Apply', subresource: undefined, fieldsV1: { 'f:spec': { 'f:image': {} } } }],
    );
    await runs('applied', NEW);
    await environment.finished('applied');
  });

  it('contract §1.4: takes ownership of the image from any other field manager', async () => {
    const name = 'taken-over';
    await environment.addNode(name);
    const manifest = { apiVersion: 'sei.io/v1alpha1', kind: 'SeiNode', metadata: { name }, spec: { image: OLD } };
    const { code, stderr } = await environment.kubectl(
      ['apply', '--server-side', '--field-manager=flux', '--filename=-'],
      JSON.stringify(manifest),
    );
    assert.equal(code, 0, stderr);
    await createTaskOfKind(environment, name, { kind: 'UpdateNodeImage', payload: { image: NEW } });
    await eventually('the image is set', async () => (await seiNode(name)).spec['image'] === NEW);
    await runs(name, NEW);
    assertComplete(await environment.finished(name));
  });

  it("contract §1.4: is complete only when the SeiNode's status.currentImage equals it, and leaves outputs.appliedImage", async () => {
    await waits(await rollingOut('complete', { currentImage: `${NEW}-rc1` }));
    await runs('complete', NEW);
    const finished = await environment.finished('complete');
    assertComplete(finished);
    assert.deepEqual(finished.status?.outputs, { updateNodeImage: { appliedImage: NEW } });
    assert.equal((await seiNode('complete')).metadata.generation, 2);
    assert.deepEqual(requestsOf(environment.fleet.node(environment.namespace, 'complete'), 'POST'), []);
  });

  it('contract §1.4: of an image that the node runs already is complete without a write', async () => {
    await environment.addNode('already', { spec: { image: NEW }, status: { currentImage: NEW } });
    const { metadata } = await seiNode('already');
    await createTaskOfKind(environment, 'already', { kind: 'UpdateNodeImage', payload: { image: NEW } });
    const task = await environment.finished('already');
    assertComplete(task);
    assert.deepEqual(task.status?.outputs, { updateNodeImage: { appliedImage: NEW } });
    assert.equal((await seiNode('already')).metadata.resourceVersion, metadata.resourceVersion);
  });

  it('contract §1.3: has no limit of its own', async () => {
    const task = await rollingOut('unbounded');
    await waits(task);
    const wait = await scheduledActivity(environment.workflowOf(task), 'pollTask');
    assert.equal(wait.scheduleToCloseSeconds, 0);
    assert.equal((wait.input as PollRequest).remainingMs, undefined);
    await runs('unbounded', NEW);
    assertComplete(await environment.finished('unbounded'));
  });

  it('contract §1.3: is Timeout after its execution time, and says what the node runs and that the image stays', async () => {
    await rollingOut('late', { timeoutSeconds: 2 });
    const task = await environment.finished('late');
    assertFailed(task, 'Timeout', 'over', {
      time: ' after 2s',
      whereabouts: 'imageSet',
      image: NEW,
      current: new RegExp(OLD),
    });
    assert.equal(task.status?.outputs, undefined);
    assert.equal((await seiNode('late')).spec['image'], NEW);
  });

  it('contract §1.1: of a SeiNode that is deleted during the update is TargetResolveFailed, and none is created', async () => {
    const task = await rollingOut('deleted');
    await waits(task);
    await environment.seiNodes.delete(environment.namespace, 'deleted');
    assertFailed(await environment.finished('deleted'), 'TargetResolveFailed', 'goneSent');
    await workflowFailure(environment.workflowOf(task));
    assert.equal(await environment.seiNodes.get(environment.namespace, 'deleted'), undefined);
  });

  it('contract §1.1: of a SeiNode that is deleted and created again is TargetResolveFailed, and the new one is not changed', async () => {
    const task = await rollingOut('anew');
    await waits(task);
    await environment.seiNodes.delete(environment.namespace, 'anew');
    await environment.seiNodes.create(environment.namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNode',
      metadata: { name: 'anew' },
      spec: { fullNode: {}, image: OLD },
    });
    assertFailed(await environment.finished('anew'), 'TargetResolveFailed', 'goneSent');
    const { spec, metadata } = await seiNode('anew');
    assert.deepEqual(spec, { fullNode: {}, image: OLD });
    assert.deepEqual(
      metadata.managedFields.filter(({ manager }) => manager === MANAGER),
      [],
    );
  });

  it('contract §1.8: cancelled after the image was set ends Cancelled, and says that the image stays', async () => {
    const task = await rollingOut('cancelled');
    await waits(task);
    const annotations = { 'sei.io/cancel': 'wrong version' };
    await environment.tasks.patch(
      { namespace: environment.namespace, name: 'cancelled' },
      { metadata: { annotations } },
    );
    const finished = await environment.finished('cancelled');
    assertFailed(finished, 'Cancelled', 'watchedNoLonger', {
      whereabouts: 'imageSet',
      image: NEW,
      why: 'wrong version.',
    });
    assert.ok((await workflowFailure(environment.workflowOf(task))) instanceof CancelledFailure);
    assert.equal((await seiNode('cancelled')).spec['image'], NEW);
  });

  it('contract §1.8: deleted before its target is in phase sets nothing', async () => {
    await environment.addNode('early', { phase: 'Initializing', spec: { image: OLD } });
    const task = await createTaskOfKind(environment, 'early', { kind: 'UpdateNodeImage', payload: { image: NEW } });
    await environment.taskWhere('early', 'waits', ({ status }) => status?.step === 'WaitingForTarget');
    await environment.tasks.delete(environment.namespace, 'early');
    assert.ok((await workflowFailure(environment.workflowOf(task))) instanceof CancelledFailure);
    assert.equal((await seiNode('early')).spec['image'], OLD);
  });
});
