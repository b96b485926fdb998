import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { findBinaries } from '../../dev/binaries/find-binaries.ts';
import { ServerExitedError } from '../../dev/errors.ts';
import { kubernetesApi } from '../../dev/kubernetes-api.ts';
import type { ApiAnswer } from '../../dev/kubernetes-api.ts';
import type { KubernetesUser } from '../../dev/kubernetes-users.ts';
import { startLocalServers } from '../../dev/start-local-servers.ts';
import type { LocalServers } from '../../dev/start-local-servers.ts';
import { loadKubeConfig } from '../../kubernetes/load-kube-config.ts';
import { descendantsOf } from '../support/descendants-of.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../../dev/is-alive.ts';

const HOLDER = fileURLToPath(new URL('servers-holder.ts', import.meta.url));
const SERVICE = 'system:serviceaccount:sei-system:sei-node-tasks';

/** Long enough to compile the servers on a slow machine; with a full cache nothing here takes seconds. */
const COMPILE_MILLISECONDS = 30 * 60_000;

describe('startLocalServers', function () {
  this.timeout(90_000);
  const unexpected: ServerExitedError[] = [];
  let servers: LocalServers;

  before(async function () {
    this.timeout(COMPILE_MILLISECONDS);
    await findBinaries(process.env, console.error);
    servers = await startLocalServers({ onUnexpectedExit: (error) => unexpected.push(error) });
  });
  after(() => servers?.stop());

  function ask(user: KubernetesUser, path: string, body?: unknown): Promise<ApiAnswer> {
    const { url, caFile, token } = servers.kubernetes;
    return kubernetesApi(url, caFile, token(user)).request(body === undefined ? 'GET' : 'POST', path, body);
  }

  it('serves Kubernetes to the admin', async () => {
    assert.deepEqual(await ask('admin', '/readyz'), { status: 200, body: 'ok' });
    const version = await ask('admin', '/version');
    assert.match(version.body, /"gitVersion": "v\d+\.\d+\.\d+/);
  });

  it('lets RBAC decide for everybody else', async () => {
    for (const user of ['viewer', 'sidecar-proxy', SERVICE] as const) {
      const { status, body } = await ask(user, '/api/v1/namespaces');
      assert.equal(status, 403, user);
      assert.match(body, new RegExp(`User \\\\"${user}\\\\" cannot list resource`));
    }
  });

  it('lets the sidecar proxy, and not the viewer, review the tokens of others', async () => {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const review = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: servers.kubernetes.token(SERVICE) },
    };
    const { status, body } = await ask('sidecar-proxy', path, review);
    assert.equal(status, 201);
    const { authenticated, user } = JSON.parse(body).status;
    assert.equal(authenticated, true);
    assert.equal(user.username, SERVICE);
    assert.ok(user.groups.includes('system:serviceaccounts:sei-system'));
    assert.equal((await ask('viewer', path, review)).status, 403);
  });

  it('writes a kubeconfig per user that only its owner may read', async () => {
    const file = servers.kubernetes.kubeconfig(SERVICE);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const { server, user } = await loadKubeConfig({ file });
    assert.equal(server, servers.kubernetes.url);
    assert.deepEqual(user.authorization, {
      type: 'token',
      token: servers.kubernetes.token(SERVICE),
      tokenFile: undefined,
    });
  });

  it('serves a Temporal namespace', async () => {
    const { namespace } = await describeNamespace();
    assert.equal(namespace, servers.temporal.namespace);
  });

  it('stops and starts a server on the same port with the same data', async () => {
    const { kubernetes, temporal } = servers;
    assert.equal((await ask('admin', '/api/v1/namespaces', { metadata: { name: 'kept' } })).status, 201);
    const { id } = await describeNamespace();
    for (const server of [kubernetes.etcd, kubernetes.apiServer, temporal.server]) {
      const before = server.pid;
      await server.stop();
      assert.equal(isAlive(before), false);
      await server.start();
      assert.notEqual(server.pid, before);
    }
    assert.equal((await ask('admin', '/api/v1/namespaces/kept')).status, 200);
    assert.equal((await describeNamespace()).id, id);
    assert.deepEqual(unexpected, []);
  });

  it('reports a server that dies by itself, with the end of its log', async () => {
    const { server } = servers.temporal;
    process.kill(server.pid, 'SIGKILL');
    await eventually('it is reported', () => unexpected.length > 0);
    const [error] = unexpected.splice(0);
    assert.ok(error instanceof ServerExitedError);
    assert.match(error.message, /^temporal ended \(SIGKILL\)\. The end of .*temporal\.log:\n/);
    await server.start();
  });

  it('removes its temporary directory when it stops, and may be stopped twice', async () => {
    const second = await startLocalServers();
    await second.stop();
    await second.stop();
    assert.equal(existsSync(second.directory), false);
  });

  it('leaves no process behind when its parent is killed with SIGKILL', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'servers-holder-'));
    const parent = spawn(process.execPath, [HOLDER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const serverPids = JSON.parse(line.toString()) as number[];
    const pids = descendantsOf(parent.pid!);
    assert.equal(pids.length, 6, 'three servers, each with its guard');
    assert.deepEqual(
      serverPids.filter((pid) => !pids.includes(pid)),
      [],
    );
    parent.kill('SIGKILL');
    await eventually('all of them have ended', () => !pids.some(isAlive));
    await rm(directory, { recursive: true });
  });

  async function describeNamespace(): Promise<{ namespace: string; id: string }> {
    const { address, namespace } = servers.temporal;
    const connection = await Connection.connect({ address });
    try {
      const client = new Client({ connection, namespace });
      const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace });
      return { namespace: namespaceInfo!.name!, id: namespaceInfo!.id! };
    } finally {
      await connection.close();
    }
  }
});
