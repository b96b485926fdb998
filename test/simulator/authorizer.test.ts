import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { adminTransport } from '../../dev/admin-transport.ts';
import type { KubernetesUser } from '../../dev/kubernetes-users.ts';
import type { ServerAddresses } from '../../dev/start-local-servers.ts';
import type { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { startFleet, type Fleet } from '../../simulator/fleet.ts';
import { eventually } from '../support/eventually.ts';
import { sharedServers } from '../support/shared-servers.ts';
import { SidecarClient } from './sidecar-client.ts';

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' };

describe('authorization in front of a sidecar, by the real API server', () => {
  let kubernetes: ServerAddresses['kubernetes'];
  let admin: KubernetesTransport;
  let roles: ResourceClient;
  let roleBindings: ResourceClient;
  const namespace = `proxy-${randomBytes(5).toString('hex')}`;
  const task = JSON.stringify({ id: randomUUID(), type: 'mark-ready' });
  let fleet: Fleet;
  let mine: SidecarClient;
  let other: SidecarClient;

  const as = (user: KubernetesUser): Record<string, string> => ({ authorization: `Bearer ${kubernetes.token(user)}` });
  const status = async (method: string, path: string, user: KubernetesUser): Promise<number> =>
    (await mine.send(method, path, method === 'POST' ? task : undefined, as(user))).status;

  before(async () => {
    ({ kubernetes } = await sharedServers());
    admin = await adminTransport(kubernetes);
    roles = new ResourceClient(admin, { ...RBAC, plural: 'roles' });
    roleBindings = new ResourceClient(admin, { ...RBAC, plural: 'rolebindings' });
    const { url, caFile } = kubernetes;
    fleet = await startFleet({
      authorization: { apiServerUrl: url, caFile, token: kubernetes.token('sidecar-proxy') },
    });
    mine = new SidecarClient((await fleet.addNode({ namespace, name: 'mine' })).url);
    other = new SidecarClient((await fleet.addNode({ namespace, name: 'other' })).url);
    await new ResourceClient(admin, { group: '', version: 'v1', plural: 'namespaces' }).create(undefined, {
      metadata: { name: namespace },
    });
  });

  after(async () => {
    await fleet.close();
    await admin.close();
  });

  it('answers 401 without a token and to a token that nobody knows', async () => {
    const strangers: Record<string, string>[] = [
      {},
      { authorization: 'Bearer made-up' },
      { authorization: 'Basic YTpi' },
    ];
    for (const headers of strangers) {
      assert.deepEqual(await mine.send('GET', '/v0/tasks', undefined, headers), {
        status: 401,
        contentType: 'text/plain; charset=utf-8',
        text: 'Unauthorized\n',
      });
    }
  });

  it('lets everybody ask for its health', async () => {
    assert.deepEqual([(await mine.get('/v0/healthz')).status, (await mine.get('/v0/livez')).status], [200, 200]);
  });

  it('answers 403 with user, verb and resource to somebody without the right, and does nothing', async () => {
    const answer = await mine.send('POST', '/v0/tasks', task, as('viewer'));
    assert.deepEqual(
      [answer.status, answer.text],
      [403, 'Forbidden (user=viewer, verb=create, resource=seinodetasks, subresource=)\n'],
    );
    assert.deepEqual(fleet.node(namespace, 'mine').tasks, []);
    assert.equal(await status('GET', '/v0/tasks', 'viewer'), 403);
    assert.equal(await status('DELETE', `/v0/tasks/${randomUUID()}`, 'viewer'), 403);
  });

  it('lets somebody do what a Role names: verbs, and the node by its name', async () => {
    await roles.create(namespace, {
      metadata: { name: 'reader' },
      rules: [{ apiGroups: ['sei.io'], resources: ['seinodetasks'], resourceNames: ['mine'], verbs: ['get'] }],
    });
    await roleBindings.create(namespace, {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: RBAC.group, kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: RBAC.group, kind: 'User', name: 'viewer' }],
    });
    // The API server's own authorizer learns of the binding a moment later.
    await eventually('viewer may read', async () => (await status('GET', '/v0/tasks', 'viewer')) === 200);
    assert.equal(await status('POST', '/v0/tasks', 'viewer'), 403);
    assert.equal((await other.send('GET', '/v0/tasks', undefined, as('viewer'))).status, 403);
  });

  it('lets an administrator do everything', async () => {
    assert.equal(await status('POST', '/v0/tasks', 'admin'), 201);
    assert.equal(await status('DELETE', `/v0/tasks/${JSON.parse(task).id}`, 'admin'), 204);
  });

  it('answers 401 while the API server cannot be reached, like the proxy', async () => {
    const { caFile } = kubernetes;
    const lost = await startFleet({ authorization: { apiServerUrl: 'https://127.0.0.1:1', caFile, token: 'x' } });
    try {
      const node = await lost.addNode({ namespace, name: 'mine' });
      const answer = await new SidecarClient(node.url).send('GET', '/v0/tasks', undefined, as('admin'));
      assert.equal(answer.status, 401);
    } finally {
      await lost.close();
    }
  });
});
