import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalService } from '../../dev/start-local-service.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { accountToken } from '../../dev/account-token.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { errorCodes, logLines, type WrittenLine } from '../support/log-lines.ts';
import { LEASE, TestEnvironment } from '../support/test-environment.ts';
import { accessFor } from './fake-api-server.ts';

const ACCOUNT = { namespace: 'sei-system', name: 'sei-node-tasks' };
const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const SHIM = new URL('../support/pod-file-system.ts', import.meta.url).href;

describe('a service in a pod', () => {
  let environment: TestEnvironment;
  let service: LocalService;
  /** The pod's files. */
  let root: string;
  let mount: string;
  let secrets: ResourceClient;
  const tokens = new Map<string, string>();

  before(async () => {
    environment = await TestEnvironment.create();
    secrets = new ResourceClient(environment.admin, { group: '', version: 'v1', plural: 'secrets' });
    root = await mkdtemp(join(tmpdir(), 'pod-'));
    mount = join(root, MOUNT);
    await mkdir(mount, { recursive: true });
    const { kubernetes } = environment.servers;
    await copyFile(kubernetes.caFile, join(mount, 'ca.crt'));
    await writeFile(join(mount, 'namespace'), environment.namespace);
    await project(await boundToken('first'));
    const { hostname, port } = new URL(kubernetes.url);
    service = await environment.startService({
      NODE_OPTIONS: `--import=${SHIM}`,
      POD_ROOT: root,
      KUBECONFIG: '',
      HOME: '/nowhere',
      LEASE_NAMESPACE: '',
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      SIDECAR_TOKEN_FILE: join(MOUNT, 'token'),
    });
  });

  after(async () => {
    await environment.stop();
    await rm(root, { recursive: true });
  });

  const secretOf = (name: string): string => `${environment.namespace}-${name}`;

  /** A token of the service's account, as the kubelet gets it, that is good as long as a Secret exists. */
  async function boundToken(name: string): Promise<string> {
    const { metadata } = await secrets.create(ACCOUNT.namespace, { metadata: { name: secretOf(name) } });
    const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name: metadata.name, uid: metadata.uid };
    const token = await accountToken(environment.admin, { ...ACCOUNT, boundObjectRef });
    tokens.set(name, token);
    return token;
  }

  /** As the kubelet replaces it. */
  async function project(token: string): Promise<void> {
    await writeFile(join(mount, 'token.new'), token, { mode: 0o600 });
    await rename(join(mount, 'token.new'), join(mount, 'token'));
  }

  /** Waits until the API server, which remembers a good token for a while, refuses it. */
  async function revoke(name: string): Promise<void> {
    await secrets.delete(ACCOUNT.namespace, secretOf(name));
    const token = tokens.get(name) ?? assert.fail(name);
    const transport = new KubernetesTransport(accessFor(environment.servers.kubernetes.url, { token }));
    await eventually('the API server refuses the token', async () => {
      try {
        await transport.request({ method: 'GET', path: '/apis/sei.io/v1alpha1/seinodetasks' });
        return false;
      } catch (error) {
        return hasHttpStatus(error, 401);
      }
    });
    await transport.close();
  }

  async function restartCompletes(name: string): Promise<void> {
    const node = await environment.addNode(name);
    await environment.restart(name, name);
    assertComplete(await environment.finished(name));
    assert.equal(node.sigtermsReceived, 1);
  }

  /** Lines about calls that the API server has answered with 401. */
  async function refusedCalls(): Promise<WrittenLine[]> {
    const lines = await logLines(service.logFile);
    return lines.filter((line) => errorCodes(line).includes('KUBERNETES_UNAUTHORIZED'));
  }

  it('finds the API server by its ServiceAccount, and carries out tasks', () => restartCompletes('first'));

  it("has its lease in the pod's namespace", async () => {
    assert.notEqual(await environment.leases.get(environment.namespace, LEASE), undefined);
  });

  it('continues when its token was replaced and the old one is refused', async () => {
    await project(await boundToken('second'));
    await revoke('first');
    await restartCompletes('second');
    assert.deepEqual(await refusedCalls(), []);
  });

  it('says that its token is refused, and continues when there is another one', async () => {
    await revoke('second');
    const node = await environment.addNode('third');
    await environment.restart('third', 'third');
    await eventually('the log says so', async () => (await refusedCalls()).length > 0);
    assert.deepEqual(node.requests, []);
    await project(await boundToken('third'));
    assertComplete(await environment.finished('third'));
    assert.equal(node.sigtermsReceived, 1);
  });
});
