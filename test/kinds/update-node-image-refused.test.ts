import assert from 'node:assert/strict';
import { adminTransport } from '../../dev/admin-transport.ts';
import { applyManifests } from '../../dev/apply-manifests.ts';
import { startLocalServers, type LocalServers } from '../../dev/start-local-servers.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

/** Of deploy/rbac/update-node-image.yaml; servers of its own, since all services share the account. */
const BINDING = 'sei-node-tasks-update-node-image';

describe('UpdateNodeImage without the right to write SeiNodes', () => {
  let servers: LocalServers;
  let environment: TestEnvironment;

  before(async () => {
    servers = await startLocalServers();
    await using transport = adminTransport(servers.kubernetes);
    await applyManifests(transport);
    environment = await TestEnvironment.create({ servers });
    const { code, stderr } = await environment.kubectl(['delete', 'clusterrolebinding', BINDING]);
    assert.equal(code, 0, stderr);
    await environment.startService();
  });

  after(async () => {
    await environment?.stop();
    await servers?.stop();
  });

  it('is TaskTerminalError that names the right and where it is granted, and sets nothing', async () => {
    await environment.addNode('refused', { spec: { image: 'sei:v8' } });
    await createTaskOfKind(environment, 'refused', { kind: 'UpdateNodeImage' });
    const task = await environment.finished('refused');
    assertFailed(
      task,
      'TaskTerminalError',
      /forbidden/,
      new RegExp(`needs the verb patch on seinodes\\.sei\\.io in namespace ${environment.namespace} \\(deploy/rbac/update-node-image\\.yaml\\)`),
      /Nothing was done/,
    );
    assert.equal(task.status?.outputs, undefined);
    const { stdout } = await environment.kubectl(['get', 'seinode', 'refused', '--output=jsonpath={.spec.image}']);
    assert.equal(stdout, 'sei:v8');
  });

  it('does not need it for an image that the node runs already, nor does any other kind', async () => {
    await environment.addNode('already', { spec: { image: 'sei:v9' }, status: { currentImage: 'sei:v9' } });
    await createTaskOfKind(environment, 'already', { kind: 'UpdateNodeImage' });
    assertComplete(await environment.finished('already'));
    await environment.restart('restart', 'already');
    assertComplete(await environment.finished('restart'));
  });
});
