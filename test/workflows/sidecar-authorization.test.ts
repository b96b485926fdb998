import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' };

describe('the token for sidecars', () => {
  let environment: TestEnvironment;
  let tokenFile: string;

  before(async () => {
    environment = await TestEnvironment.create();
    tokenFile = join(environment.servers.directory, `${environment.namespace}.token`);
    // Without any right on SeiNodeTasks. The service may use it for another second when the file has changed.
    await show(environment.servers.kubernetes.token('sidecar-proxy'));
    await environment.startService({ SIDECAR_TOKEN_FILE: tokenFile });
  });

  after(() => environment.stop());

  async function show(token: string): Promise<void> {
    await writeFile(tokenFile, token, { mode: 0o600 });
  }

  /** Lets the user `viewer`, who otherwise may do nothing, use these verbs on SeiNodeTasks of the namespace. */
  async function grant(...verbs: string[]): Promise<void> {
    const name = `viewer-${verbs.join('-')}`;
    const [roles, bindings] = ['roles', 'rolebindings'].map(
      (plural) => new ResourceClient(environment.admin, { ...RBAC, plural }),
    );
    const rules = [{ apiGroups: ['sei.io'], resources: ['seinodetasks'], verbs }];
    await roles?.create(environment.namespace, { metadata: { name }, rules });
    await bindings?.create(environment.namespace, {
      metadata: { name },
      roleRef: { apiGroup: RBAC.group, kind: 'Role', name },
      subjects: [{ apiGroup: RBAC.group, kind: 'User', name: 'viewer' }],
    });
  }

  async function tells(name: string, pattern: RegExp): Promise<void> {
    await environment.taskWhere(name, `tells ${String(pattern)}`, ({ status }) => pattern.test(status?.message ?? ''));
  }

  it('without the right leads to a Timeout that names it', async () => {
    const node = await environment.addNode('locked');
    await environment.restart('locked', 'locked', { timeoutSeconds: 3 });
    const task = await environment.finished('locked');
    assertFailed(task, 'Timeout', 'tooLateToBegin', { problem: / get .*seinodetasks\.sei\.io .*locked / });
    assert.equal(node.sigtermsReceived, 0);
  });

  it('is read again after it was refused, and a missing right is named', async () => {
    await show('not-a-token');
    const node = await environment.addNode('guarded');
    await environment.restart('guarded', 'guarded');
    await tells('guarded', /\b401\b/);
    await show(environment.servers.kubernetes.token('viewer'));
    await tells('guarded', / get .*seinodetasks\.sei\.io .*guarded .*test-/);
    await grant('get');
    await tells('guarded', / create .*seinodetasks\.sei\.io .*guarded .*test-/);
    assert.equal(node.sigtermsReceived, 0);
    await grant('create');
    assertComplete(await environment.finished('guarded'));
    assert.equal(node.sigtermsReceived, 1);
    assert.equal(requestsOf(node, 'POST').filter(({ status }) => status === 201).length, 1);
  });
});
