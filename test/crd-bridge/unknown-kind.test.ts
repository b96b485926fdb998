import assert from 'node:assert/strict';
import { WorkflowNotFoundError } from '@temporalio/client';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import { resourcePath } from '../../kubernetes/resource-path.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import type { TestEnvironment } from '../support/test-environment.ts';

const CRD = resourcePath(
  { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' },
  { name: `${SEI_NODE_TASK.plural}.${SEI_NODE_TASK.group}`, namespace: undefined },
);
const POLICY_BINDING = resourcePath(
  { group: 'admissionregistration.k8s.io', version: 'v1', plural: 'validatingadmissionpolicybindings' },
  { name: 'sei-node-tasks-kinds', namespace: undefined },
);
const SPEC = '/spec/versions/0/schema/openAPIV3Schema/properties/spec';
/** As of a version that is newer than the service. */
const WITH_A_NEW_KIND = [
  { op: 'add', path: `${SPEC}/properties/kind/enum/-`, value: 'RotateKeys' },
  { op: 'remove', path: `${SPEC}/x-kubernetes-validations` },
];

describe('a task of a kind that only a newer version of the service knows', () => {
  let own: OwnServers;
  let environment: TestEnvironment;

  before(async () => {
    own = await startOwnServers();
    environment = own.environment;
    await environment.admin.request({
      method: 'PATCH',
      path: CRD,
      contentType: 'application/json-patch+json',
      body: WITH_A_NEW_KIND,
    });
    // Its admission policy would refuse the kind, and the service must not depend on that.
    await environment.admin.request({ method: 'DELETE', path: POLICY_BINDING });
    // Another controller, which knows the kind, has begun it.
    const begun = await eventually('the API server takes it', () =>
      environment.createTask('begun', { kind: 'RotateKeys', target: { nodeRef: { name: 'validator' } } }),
    );
    const status = { phase: 'Running', task: { id: 'b7e89c3a-4f12-4d8b-9a6e-1c2d3e4f5a6b', status: 'Running' } };
    await environment.tasks.patchStatus(begun.metadata, { status });
    await environment.startService();
    await environment.addNode('validator');
  });

  after(() => own?.stop());

  it('is failed by the bridge, without a workflow', async () => {
    const target = { nodeRef: { name: 'validator' } };
    const created = await eventually('the API server takes it', () =>
      environment.createTask('newer', { kind: 'RotateKeys', target }),
    );
    const task = await environment.finished('newer');
    assertFailed(task, 'UnsupportedKind', 'unsupported', { kind: 'RotateKeys' });
    assert.equal(task.status?.observedGeneration, 1);
    await assert.rejects(() => environment.workflowOf(created).describe(), WorkflowNotFoundError);
    await eventually('a Warning is recorded', async () => {
      const { stdout } = await environment.kubectl([
        'get',
        'events',
        '--field-selector',
        'involvedObject.name=newer,reason=UnsupportedKind,type=Warning',
        '-o',
        'name',
      ]);
      return stdout !== '';
    });
    assert.deepEqual(environment.fleet.node(environment.namespace, 'validator').requests, []);
  });

  it('is not said to be unsent when another controller has begun it', async () => {
    assertFailed(await environment.finished('begun'), 'UnsupportedKind', 'begun', { kind: 'RotateKeys' });
  });

  it('is not failed or closed by a worker that does not know its workflow', async () => {
    const workflow = await environment.temporal.workflow.start('RotateKeys', {
      workflowId: `${environment.namespace}/rotate-keys`,
      taskQueue: environment.namespace,
      args: [{ node: { namespace: environment.namespace, name: 'validator' }, payload: {} }],
    });
    await eventually('a worker has met it', async () => {
      const { events } = await workflow.fetchHistory();
      return events?.some(({ workflowTaskFailedEventAttributes: failed }) => failed);
    });
    await environment.restart('restart', 'validator');
    assertComplete(await environment.finished('restart'));
    assert.equal((await workflow.describe()).status.name, 'RUNNING');
  });
});
