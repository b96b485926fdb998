import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { accessFor } from '../kubernetes/fake-api-server.ts';
import { accountToken } from '../../dev/account-token.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const ACCOUNT = { namespace: 'sei-system', name: 'sei-node-tasks' };
const AUDIENCE = 'sei-sidecar';
/** Of the local API server. */
const API_SERVER_AUDIENCE = 'https://kubernetes.default.svc';

describe('a token for sidecars with an audience of its own', () => {
  let environment: TestEnvironment;
  let sidecarToken: string;
  let apiServerToken: string;

  before(async () => {
    environment = await TestEnvironment.create({ sidecarAudiences: [AUDIENCE] });
    sidecarToken = await accountToken(environment.admin, { ...ACCOUNT, audiences: [AUDIENCE] });
    apiServerToken = await accountToken(environment.admin, ACCOUNT);
  });

  after(() => environment.stop());

  async function tokenFile(name: string, token: string): Promise<string> {
    const file = join(environment.servers.directory, `${environment.namespace}-${name}`);
    await writeFile(`${file}.new`, token, { mode: 0o600 });
    await rename(`${file}.new`, file);
    return file;
  }

  /** Lists SeiNodeTasks with a token, as somebody would who has stolen it. */
  async function listTasks(token: string): Promise<unknown> {
    const transport = new KubernetesTransport(accessFor(environment.servers.kubernetes.url, { token }));
    try {
      return await new ResourceClient(transport, SEI_NODE_TASK).listPage({ limit: 1 });
    } finally {
      await transport.close();
    }
  }

  it('is refused by the API server, where the token of the same account for the API server is accepted', async () => {
    await listTasks(apiServerToken);
    await assert.rejects(listTasks(sidecarToken), { code: 'KUBERNETES_UNAUTHORIZED' });
  });

  it('is needed: with another audience the task says so and waits, and is carried out once with the right one', async () => {
    const file = await tokenFile('token', apiServerToken);
    const service = await environment.startService({ SIDECAR_TOKEN_FILE: file });
    const node = await environment.addNode('restarted');
    await environment.restart('restarted', 'restarted');
    await environment.taskWhere('restarted', 'names the audience and what to check', ({ status }) =>
      [API_SERVER_AUDIENCE, '401', 'SIDECAR_TOKEN_FILE', '--auth-token-audiences'].every((part) =>
        status?.message?.includes(part),
      ),
    );
    assert.deepEqual(requestsOf(node, 'POST'), []);
    await tokenFile('token', sidecarToken);
    assertComplete(await environment.finished('restarted'));
    assert.equal(node.sigtermsReceived, 1);
    const warnings = (await logLines(service.logFile)).filter(({ file: named }) => named === file);
    assert.deepEqual(
      warnings.map(({ level, audiences }) => ({ level, audiences })),
      [{ level: 'WARN', audiences: [API_SERVER_AUDIENCE] }],
    );
    await service.process.stop(30_000);
  });

  it('is used without a warning', async () => {
    const file = await tokenFile('right-token', sidecarToken);
    const { logFile } = await environment.startService({ SIDECAR_TOKEN_FILE: file });
    const node = await environment.addNode('again');
    await environment.restart('again', 'again');
    assertComplete(await environment.finished('again'));
    assert.equal(node.sigtermsReceived, 1);
    await eventually('the log has lines', async () => (await logLines(logFile)).length > 0);
    assert.deepEqual(
      (await logLines(logFile)).filter(({ file: named }) => named !== undefined),
      [],
    );
  });
});
