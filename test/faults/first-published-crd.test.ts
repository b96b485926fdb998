import assert from 'node:assert/strict';
import { CancelledFailure } from '@temporalio/client';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import type { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { resourcePath } from '../../kubernetes/resource-path.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, type TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';

const CRD = resourcePath(
  { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' },
  { name: `${SEI_NODE_TASK.plural}.${SEI_NODE_TASK.group}`, namespace: undefined },
);
const COLUMNS = '/spec/versions/0/additionalPrinterColumns';
const SCHEMA = '/spec/versions/0/schema/openAPIV3Schema/properties';
const STATUS = `${SCHEMA}/status/properties`;
/** From our CRD back to the one as first published (contract §1): its fields, its enum, its columns. */
const TO_FIRST_PUBLISHED = [
  ...['step', 'reason', 'message', 'completedAt', 'duration', 'workflow'].map((field) => ({
    op: 'remove',
    path: `${STATUS}/${field}`,
  })),
  { op: 'remove', path: `${SCHEMA}/spec/properties/ttlSecondsAfterFinished` },
  { op: 'test', path: `${STATUS}/task/properties/status/enum/1`, value: 'Running' },
  { op: 'remove', path: `${STATUS}/task/properties/status/enum/1` },
  { op: 'test', path: `${COLUMNS}/3/name`, value: 'Age' },
  ...[8, 7, 6, 5, 4].map((column) => ({ op: 'remove', path: `${COLUMNS}/${column}` })),
];

async function change(transport: KubernetesTransport, body: readonly object[]): Promise<void> {
  await transport.request({ method: 'PATCH', path: CRD, contentType: 'application/json-patch+json', body });
}

describe('a cluster that serves the CRD as first published', () => {
  let own: OwnServers;
  let environment: TestEnvironment;

  before(async () => {
    own = await startOwnServers();
    environment = own.environment;
    await change(environment.admin, TO_FIRST_PUBLISHED);
    await eventually('the API server refuses what that CRD does not know', () =>
      refuses({ task: { id: 'x', status: 'Running' } }),
    );
    await environment.startService();
  });

  after(() => own?.stop());

  async function refuses(status: object): Promise<boolean> {
    const { namespace } = environment;
    const { metadata } = await environment.restart(`probe-${Date.now()}`, 'nobody');
    try {
      await environment.tasks.patchStatus({ namespace, name: metadata.name }, { status });
      return false;
    } catch (error) {
      return hasHttpStatus(error, 422);
    } finally {
      await environment.tasks.delete(namespace, metadata.name);
    }
  }

  async function isWaiting(name: string): Promise<SeiNodeTask> {
    return await environment.taskWhere(name, 'waits', (task) => conditionOf(task, 'TargetReady') !== undefined);
  }

  it('sees a restart run and complete', async () => {
    const node = await environment.addNode('complete');
    node.setFaults({ neverBoot: true });
    const { metadata } = await environment.restart('complete', 'complete');
    const running = await environment.taskWhere('complete', 'runs', ({ status }) => status?.phase === 'Running');
    assert.deepEqual(
      [running.status?.task?.id, running.status?.task?.status],
      [expectedTaskId(metadata.uid, 'RestartSeid'), 'Pending'],
    );
    assert.ok(running.status?.task?.executionStartedAt);
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    node.setFaults({});
    const task = await environment.finished('complete');
    assertComplete(task);
    assert.equal(task.status?.task?.status, 'Complete');
    assert.ok(!('workflow' in (task.status ?? {})));
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  });

  it('sees a restart wait for its target, then complete', async () => {
    const node = await environment.addNode('waiting', { phase: 'Initializing' });
    await environment.restart('waiting', 'waiting');
    await isWaiting('waiting');
    await environment.setPhase('waiting', 'Running');
    assertComplete(await environment.finished('waiting'));
    assert.equal(node.sigtermsReceived, 1);
  });

  it('sees a restart fail', async () => {
    const node = await environment.addNode('failed', { restartGraceMs: 50, faults: { ignoreSigterm: true } });
    await environment.restart('failed', 'failed');
    const task = await environment.finished('failed');
    assertFailed(task, 'TaskFailed', 'failed', { quote: /still alive 50ms after SIGTERM/ });
    assert.equal(task.status?.task?.status, 'Failed');
    assert.equal(requestsOf(node, 'POST').length, 1);
  });

  it('sees a restart cancelled before it was sent', async () => {
    const node = await environment.addNode('cancelled', { phase: 'Pending' });
    await environment.restart('cancelled', 'cancelled');
    await environment.workflowOf(await isWaiting('cancelled')).cancel();
    assertFailed(await environment.finished('cancelled'), 'Cancelled', 'unsent');
    assert.deepEqual(node.requests, []);
  });

  it('sees a restart deleted after it was sent: it is watched to its end', async () => {
    const node = await environment.addNode('deleted');
    node.setFaults({ neverBoot: true });
    const task = await environment.restart('deleted', 'deleted');
    await eventually('seid was signalled', () => node.sigtermsReceived === 1);
    await environment.tasks.delete(environment.namespace, 'deleted');
    node.setFaults({});
    assert.ok((await workflowFailure(environment.workflowOf(task))) instanceof CancelledFailure);
    assert.deepEqual(
      node.tasks.map(({ status }) => status),
      ['completed'],
    );
    assert.equal(node.sigtermsReceived, 1);
  });

  async function metCondition(name: string): Promise<SeiNodeTask> {
    await environment.addNode(name);
    await createTaskOfKind(environment, name, { kind: 'AwaitCondition' });
    const task = await environment.finished(name);
    assertComplete(task);
    return task;
  }

  it('sees a condition met, with the height that was observed', async () => {
    const task = await metCondition('met');
    assert.equal(typeof task.status?.outputs?.awaitCondition?.observedValue, 'number');
  });

  it('sees a condition met also where the CRD has another type for that height, and a message that it was left out', async () => {
    await change(environment.admin, [
      {
        op: 'replace',
        path: `${STATUS}/outputs/properties/awaitCondition/properties/observedValue`,
        value: { type: 'string' },
      },
    ]);
    await eventually('the API server refuses numbers', () =>
      refuses({ outputs: { awaitCondition: { observedValue: 7 } } }),
    );
    const task = await metCondition('met-elsewhere');
    assert.deepEqual(task.status?.outputs, { awaitCondition: {} });
    assert.match(conditionOf(task, 'Ready')?.message ?? '', /status\.outputs\.awaitCondition\.observedValue/);
  });
});
