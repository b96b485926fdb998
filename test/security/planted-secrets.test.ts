import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEvent } from '../../api/log.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import type { KubernetesUser } from '../../dev/kubernetes-users.ts';
import { adminShell, runPlugin } from '../cli/plugin.ts';
import { createTaskOfKind } from '../kinds/create-task-of-kind.ts';
import { storedBytes } from '../encryption/stored-bytes.ts';
import { accountToken } from '../../dev/account-token.ts';
import { CertificateAuthority } from '../support/certificate-authority.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { TemporalFront } from '../support/temporal-front.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { runMain } from '../worker/run-main.ts';
import { EchoingProxy, type EchoedAnswer, type EchoedRequest } from './echoing-proxy.ts';

const ACCOUNT: KubernetesUser = 'system:serviceaccount:sei-system:sei-node-tasks';
/** How often a call that is retried without limit is answered by an echo. */
const ECHOES = 3;

/** The forms of a value in a text. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  return [...new Set([value, encodeURIComponent(value), bytes.toString('base64'), bytes.toString('base64url')])];
}

function answerOfSidecar({ method, path }: EchoedRequest, echo: string): EchoedAnswer {
  const [, , node = '', , , id] = path.split('/');
  const failed = { status: 200, body: JSON.stringify({ id, status: 'failed', error: echo, result: { echo } }) };
  const answers: Readonly<Record<string, EchoedAnswer>> = {
    'unauthorized-0': { status: 401, body: echo },
    'forbidden-0': { status: 403, body: echo },
    'breaks-0': { status: 500, body: JSON.stringify({ error: echo }) },
    'drops-0': 'dropped',
    'refuses-0': method === 'POST' ? { status: 400, body: JSON.stringify({ error: echo }) } : undefined,
    'fails-0': method === 'GET' && id !== undefined ? failed : undefined,
    'result-0': method === 'GET' && id !== undefined ? failed : undefined,
  };
  return answers[node];
}

async function logged({ logFile }: LocalService, event: LogEvent): Promise<void> {
  await eventually(`the log has ${event}`, async () => (await logLines(logFile, event)).length > 0);
}

describe('secrets', () => {
  const planted = {
    'API key': 'planted-api-key-1234567890/+=',
    'wrong API key': 'planted-wrong-api-key-1234567890',
    'payload key': randomBytes(32).toString('base64'),
    password: 'planted-pa55word@with/odd+letters',
    'Kubernetes token': '',
    "sidecars' token": '',
  };
  /** Whatever left the processes, by where it was found. */
  const evidence = new Map<string, Buffer>();
  const tasks = {
    succeeds: 'RestartSeid',
    'unauthorized-0': 'RestartSeid',
    'forbidden-0': 'RestartSeid',
    'breaks-0': 'RestartSeid',
    'drops-0': 'RestartSeid',
    'refuses-0': 'RestartSeid',
    'fails-0': 'RestartSeid',
    'result-0': 'GovVote',
    'image-0': 'UpdateNodeImage',
    'unreadable-0': 'RestartSeid',
    'page-0': 'RestartSeid',
  } as const;
  let environment: TestEnvironment;
  let directory: string;
  let sidecars: EchoingProxy;
  let apiServer: EchoingProxy;
  let temporal: TemporalFront;
  let authorityFile: string;

  before(async function () {
    this.timeout(300_000);
    environment = await TestEnvironment.create();
    directory = await mkdtemp(join(tmpdir(), 'planted-secrets-'));
    planted['Kubernetes token'] = environment.servers.kubernetes.token(ACCOUNT);
    planted["sidecars' token"] = await accountToken(environment.admin, {
      namespace: 'sei-system',
      name: 'sei-node-tasks',
    });
    await standInBetween();
    await file('sidecar.token', planted["sidecars' token"]);
    await carryOutTasks();
    await failToStart();
    await useTheOtherKeys();
  });

  after(async () => {
    await environment.stop();
    await rm(directory, { recursive: true });
  });

  async function file(name: string, text: string): Promise<string> {
    await writeFile(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  }

  async function standInBetween(): Promise<void> {
    const { kubernetes, temporal: server } = environment.servers;
    sidecars = environment.added.use(await EchoingProxy.listen(environment.fleet, answerOfSidecar));
    apiServer = environment.added.use(await EchoingProxy.listen(kubernetes, answerOfApiServer));
    const authority = new CertificateAuthority('temporal-authority');
    const identity = authority.issue('temporal', '127.0.0.1');
    temporal = environment.added.use(
      await TemporalFront.listen({ address: server.address, identity, apiKey: planted['API key'] }),
    );
    authorityFile = await file('authority.crt', authority.certificate);
  }

  const echoes = new Map<string, number>();

  function answerOfApiServer({ method, path }: EchoedRequest, echo: string): EchoedAnswer {
    const key = `${method} ${path.split('/').at(-1)?.split('?', 1).join()}`;
    const given = echoes.get(key) ?? 0;
    const status = (code: number): EchoedAnswer => ({
      status: code,
      body: JSON.stringify({ kind: 'Status', code, reason: 'Invalid', message: echo }),
    });
    const answers: Readonly<Record<string, EchoedAnswer>> = {
      'PATCH image-0': status(422),
      'GET unreadable-0': status(500),
      'GET page-0': { status: 200, body: `<html>${echo}` },
      'PATCH status': status(403),
      'POST events': { status: 401, body: echo },
    };
    const answer = given < ECHOES ? answers[key] : undefined;
    if (answer !== undefined) echoes.set(key, given + 1);
    return answer;
  }

  function keep(where: string, what: string | Buffer): void {
    evidence.set(where, Buffer.from(what));
  }

  async function keepService(name: string, service: LocalService): Promise<void> {
    for (const [what, url] of [
      ['readyz', `${service.probeUrl}/readyz`],
      ['healthz', `${service.probeUrl}/healthz`],
      ['metrics', service.metricsUrl],
    ] as const) {
      // The SDK serves no metrics while it has no connection.
      keep(
        `${what} of ${name}`,
        await fetch(url).then(
          (response) => response.text(),
          () => 'not served',
        ),
      );
    }
    await service.process.stop(30_000);
    keep(`log of ${name}`, await readFile(service.logFile));
  }

  function kubeconfig(cluster: object): Promise<string> {
    const name = 'planted';
    return file(
      `kubeconfig-${randomBytes(4).toString('hex')}`,
      JSON.stringify({
        clusters: [{ name, cluster: { 'insecure-skip-tls-verify': true, ...cluster } }],
        users: [{ name, user: { token: planted['Kubernetes token'] } }],
        contexts: [{ name, context: { cluster: name, user: name } }],
        'current-context': name,
      }),
    );
  }

  async function carryOutTasks(): Promise<void> {
    const service = await environment.startService({
      KUBECONFIG: await kubeconfig({ server: apiServer.url }),
      SIDECAR_URL_TEMPLATE: `${sidecars.url}/{namespace}/{name}`,
      SIDECAR_TOKEN_FILE: join(directory, 'sidecar.token'),
      LOG_LEVEL: 'DEBUG',
    });
    const created = await Promise.all(
      Object.entries(tasks).map(async ([name, kind]) => {
        await environment.addNode(name, { sidecarVersion: 'newer' });
        return await createTaskOfKind(environment, name, { kind, timeoutSeconds: 8 });
      }),
    );
    await eventually('the problem of a dispatch is stored', async () =>
      (await keepStored('while they are tried again', created)).includes('"problem":'),
    );
    await closed(created);
    await keepStored('at the end', created);
    await keepCluster();
    await keepService('the service that works', service);
  }

  /** Waits for the ends of the workflows. The status tells the end before a workflow has stored it. */
  async function closed(created: readonly Parameters<TestEnvironment['workflowOf']>[0][]): Promise<void> {
    await Promise.all(created.map(({ metadata }) => environment.finished(metadata.name)));
    await Promise.allSettled(created.map((task) => environment.workflowOf(task).result()));
  }

  async function keepStored(
    when: string,
    created: readonly Parameters<TestEnvironment['workflowOf']>[0][],
  ): Promise<Buffer> {
    const stored = await Promise.all(
      created.map((task) => storedBytes(environment.temporal, environment.workflowOf(task))),
    );
    keep(`histories and heartbeats ${when}`, Buffer.concat(stored));
    return Buffer.concat(stored);
  }

  async function keepCluster(): Promise<void> {
    for (const kind of ['seinodetasks', 'seinodes', 'events.events.k8s.io']) {
      keep(kind, (await environment.kubectl(['get', kind, '-o', 'json'])).stdout);
    }
    const shell = adminShell(environment.servers);
    for (const words of [
      ['get', '-o', 'json'],
      ['history', 'forbidden-0'],
      ['status', 'forbidden-0'],
    ]) {
      const { stdout, stderr } = await runPlugin([...words, '-n', environment.namespace], shell);
      keep(`kubectl snt ${words.join(' ')}`, stdout + stderr);
    }
  }

  /** Configurations that cannot work, and servers that are not there. */
  async function failToStart(): Promise<void> {
    const credentials = `user:${planted.password.replaceAll('/', '%2F')}`;
    const base = { PATH: process.env['PATH'], HOME: '/nowhere' };
    const broken: readonly NodeJS.ProcessEnv[] = [
      {
        SIDECAR_URL_TEMPLATE: `http://${credentials}@{name}:1`,
        SEID_RPC_URL_TEMPLATE: `http://${credentials}@{node}`,
        TEMPORAL_UI_URL: `https://${credentials}@ui.example`,
        PAYLOAD_KEY_FILE: await file('wrong-way-round', `${planted['payload key'].replace('=', '')}: today`),
        KUBECONFIG: await kubeconfig({
          server: 'https://127.0.0.1:1',
          'proxy-url': `socks5://${credentials}@127.0.0.1:1`,
        }),
        TEMPORAL_CONFIG_FILE: await file('broken.toml', `[profile.default]\napi_key = "${planted['API key']}"\n[`),
      },
      {
        KUBECONFIG: await kubeconfig({
          server: `http://${credentials}@127.0.0.1:1`,
          'insecure-skip-tls-verify': false,
        }),
        PAYLOAD_KEY_FILE: await file('too-long', `today: ${planted['payload key'].replace('=', 'A')}AAA`),
      },
      { KUBECONFIG: await kubeconfig({ server: `https://${credentials}@127.0.0.1:1` }) },
      { KUBECONFIG: await file('no-yaml', `users: [{token: ${planted['Kubernetes token']}`) },
    ];
    for (const [index, variables] of broken.entries()) {
      const { code, stdout, stderr } = await runMain({ ...base, ...variables });
      assert.equal(code, 78, stderr);
      keep(`output of broken configuration ${index}`, stdout + stderr);
    }
    const lost = await environment.launchService({ KUBECONFIG: await kubeconfig({ server: 'https://127.0.0.1:1' }) });
    await logged(lost, 'ClusterIdUnknown');
    await keepService('the service without an API server', lost);
  }

  /** Temporal with the wrong API key, then with the right one and with payload keys. */
  async function useTheOtherKeys(): Promise<void> {
    const variables = { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: authorityFile };
    const refused = await environment.launchService({ ...variables, TEMPORAL_API_KEY: planted['wrong API key'] });
    await logged(refused, 'TemporalConnectionFailed');
    await keepService('the service with a wrong API key', refused);

    const keyFile = await file('keys', `today: ${planted['payload key']}\n`);
    const service = await environment.startService({
      ...variables,
      TEMPORAL_API_KEY: planted['API key'],
      PAYLOAD_KEY_FILE: keyFile,
    });
    await environment.addNode('encrypted');
    const created = await createTaskOfKind(environment, 'encrypted', { kind: 'RestartSeid' });
    await closed([created]);
    await keepStored('of the encrypted task', [created]);
    await file('keys', `today: ${planted['payload key']}x\n`);
    await keepService('the service with payload keys', service);
  }

  it('are repeated by the servers of this test', () => {
    assert.ok(sidecars.echoed > 10, `${sidecars.echoed}`);
    assert.deepEqual([...echoes.keys()].toSorted(), [
      'GET page-0',
      'GET unreadable-0',
      'PATCH image-0',
      'PATCH status',
      'POST events',
    ]);
    assert.ok(temporal.authorizations.has(`Bearer ${planted['wrong API key']}`));
    for (const where of [
      'seinodetasks',
      'events.events.k8s.io',
      'log of the service that works',
      'log of the service with a wrong API key',
      'histories and heartbeats at the end',
    ]) {
      assert.ok(evidence.get(where)?.includes('[removed]'), where);
    }
  });

  for (const name of Object.keys(planted) as (keyof typeof planted)[]) {
    it(`are not to be found anywhere: ${name}`, () => {
      assert.ok(evidence.size > 15);
      for (const [where, text] of evidence) {
        assert.ok(text.length > 0, where);
        for (const form of formsOf(planted[name])) assert.equal(text.includes(form), false, `${where} holds ${form}`);
      }
    });
  }
});
