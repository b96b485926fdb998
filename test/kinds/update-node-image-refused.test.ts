import assert from 'node:assert/strict';
import { createAccount } from '../support/account.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { deployedRoles } from '../support/deployed-roles.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

const ROLES = ['sei-node-tasks-bridge', 'sei-node-tasks-lease', 'sei-node-tasks-worker', 'sei-node-tasks-sidecar'];

describe('UpdateNodeImage without the right to write SeiNodes', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    const roles = (await deployedRoles()).filter(({ metadata }) => ROLES.includes(metadata.name));
    const account = await createAccount(environment, roles);
    await environment.startService({ KUBECONFIG: account.kubeconfig, SIDECAR_TOKEN_FILE: account.tokenFile });
  });

  after(() => environment.stop());

  it('is TaskTerminalError that names the right and where it is granted, and sets nothing', async () => {
    await environment.addNode('refused', { spec: { image: 'sei:v8' } });
    await createTaskOfKind(environment, 'refused', { kind: 'UpdateNodeImage' });
    const task = await environment.finished('refused');
    assertFailed(task, 'TaskTerminalError', 'imageRefused', {
      quote: new RegExp(
        `forbidden.* patch .*seinodes\\.sei\\.io .*${environment.namespace} .*deploy/rbac/update-node-image\\.yaml`,
      ),
    });
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
