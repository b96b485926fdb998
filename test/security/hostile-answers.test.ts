import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { KubernetesUser } from '../../dev/kubernetes-users.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { adminShell, runPlugin } from '../cli/plugin.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';
import { EchoingProxy, type EchoedAnswer, type EchoedRequest } from './echoing-proxy.ts';
import { assertSafe, assertSafeLines, HOSTILE } from './unsafe-text.ts';

const ACCOUNT: KubernetesUser = 'system:serviceaccount:sei-system:sei-node-tasks';
const LONG = HOSTILE.repeat(500);
/** JSON may hold half a surrogate pair. */
const words = `${LONG}\uD800`;

const kinds = {
  fails: 'RestartSeid',
  refuses: 'RestartSeid',
  breaks: 'RestartSeid',
  busy: 'RestartSeid',
  votes: 'GovVote',
  image: 'UpdateNodeImage',
  lags: 'UpdateNodeImage',
  waits: 'RestartSeid',
} as const;
type Name = keyof typeof kinds;

const failedTask = (id: string | undefined): EchoedAnswer => {
  const result = { txHash: words, codespace: words, rawLog: words, code: 5, inclusionStatus: 'committed_failed' };
  return { status: 200, body: JSON.stringify({ id, status: 'failed', error: words, result }) };
};

function answerOfSidecar({ method, path }: EchoedRequest): EchoedAnswer {
  const [, , node, , , id] = path.split('/');
  if (node === 'breaks') return { status: 500, body: words };
  if (node === 'refuses' && method === 'POST') return { status: 400, body: JSON.stringify({ error: words }) };
  if (node === 'busy' && id === undefined)
    return { status: 200, body: JSON.stringify([{ id: words, type: 'restart-seid', status: 'running' }]) };
  return (node === 'fails' || node === 'votes') && method === 'GET' && id !== undefined ? failedTask(id) : undefined;
}

function answerOfApiServer({ method, path }: EchoedRequest): EchoedAnswer {
  if (method !== 'PATCH' || !path.includes('/seinodes/image')) return undefined;
  return { status: 422, body: JSON.stringify({ kind: 'Status', code: 422, reason: 'Invalid', message: words }) };
}

describe('text from outside', () => {
  let environment: TestEnvironment;
  let service: LocalService;
  const created = new Map<Name, SeiNodeTask>();

  before(async () => {
    environment = await TestEnvironment.create();
    const { kubernetes, directory } = environment.servers;
    const sidecars = environment.added.use(await EchoingProxy.listen(environment.fleet, answerOfSidecar));
    const apiServer = environment.added.use(await EchoingProxy.listen(kubernetes, answerOfApiServer));
    const kubeconfig = join(directory, `kubeconfig-${environment.namespace}`);
    await writeFile(kubeconfig, kubeconfigFor(apiServer.url, kubernetes.token(ACCOUNT)), { mode: 0o600 });
    service = await environment.startService({
      KUBECONFIG: kubeconfig,
      SIDECAR_URL_TEMPLATE: `${sidecars.url}/{namespace}/{name}`,
      LOG_LEVEL: 'DEBUG',
    });
    await Promise.all((Object.keys(kinds) as Name[]).map(create));
    await environment.taskWhere('busy', 'is queued', (task) => conditionOf(task, 'TargetReady')?.reason === 'Queued');
    await environment.taskWhere('waits', 'waits', (task) => conditionOf(task, 'TargetReady')?.reason === 'PhaseNotMet');
  });

  after(() => environment.stop());

  async function create(name: Name): Promise<void> {
    const kind = kinds[name];
    const payload = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
    const phase = name === 'waits' ? 'Pending' : 'Running';
    await environment.addNode(name, {
      phase,
      sidecarVersion: 'newer',
      ...(name === 'lags' && { status: { currentImage: words.toWellFormed() } }),
    });
    const task = await environment.tasks.create(environment.namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeTask',
      metadata: { name, annotations: { 'sei.io/reason': LONG } },
      spec: { kind, target: { nodeRef: { name } }, [payload]: minimalPayloads[kind], timeoutSeconds: 10 },
    });
    created.set(name, task);
  }

  const workflowOf = (name: Name): WorkflowHandle => environment.workflowOf(created.get(name) ?? assert.fail(name));

  /** All that Temporal's UI shows of a workflow beyond the JSON of its payloads. */
  async function assertShownSafely(name: Name): Promise<void> {
    const description = await workflowOf(name).describe();
    const { currentDetails } = await workflowOf(name).query<{ currentDetails: string }>('__temporal_workflow_metadata');
    assertSafeLines(currentDetails);
    assertSafeLines((await description.staticDetails()) ?? '');
    assertSafe([await description.staticSummary(), description.memo, await workflowOf(name).query('status')]);
    for (const { heartbeatDetails, lastFailure } of description.raw.pendingActivities ?? []) {
      assertSafe([
        JSON.parse(Buffer.from(heartbeatDetails?.payloads?.[0]?.data ?? '{}').toString()),
        lastFailure?.message,
      ]);
    }
  }

  async function assertCommandsSafe(...commands: string[][]): Promise<void> {
    for (const command of commands) {
      const { stdout, stderr } = await runPlugin(
        [...command, '-n', environment.namespace],
        adminShell(environment.servers),
      );
      assert.match(stdout, /BEGIN|NAME|STARTED/, stderr);
      assertSafeLines(stdout);
      assertSafeLines(stderr);
    }
  }

  it('is safe in Temporal and in kubectl snt while tasks run', async () => {
    for (const name of ['busy', 'waits', 'breaks', 'lags'] as const) await assertShownSafely(name);
    await assertCommandsSafe(['get'], ['status', 'busy'], ['status', 'waits']);
  });

  it('is safe in each verdict, in Events, in Temporal and in kubectl snt', async () => {
    for (const name of ['busy', 'waits']) {
      await environment.tasks.patch(
        { namespace: environment.namespace, name },
        { metadata: { annotations: { 'sei.io/cancel': LONG } } },
      );
    }
    const reasons = {
      fails: 'TaskFailed',
      refuses: 'TaskTerminalError',
      breaks: 'Timeout',
      votes: 'TxFailed',
      image: 'TaskTerminalError',
      lags: 'Timeout',
      busy: 'Cancelled',
      waits: 'Cancelled',
    } as const;
    for (const name of Object.keys(kinds) as Name[]) {
      const task = await environment.finished(name);
      assertFailed(task, reasons[name]);
      assert.match(conditionOf(task, 'Failed')?.message ?? '', /BEGIN/);
      assertSafe(task.status);
      await workflowFailure(workflowOf(name)).then((failure) => assertSafe(failure?.message));
      await assertShownSafely(name);
    }
    await assertCommandsSafe(
      ['get'],
      ...Object.keys(kinds).map((name) => ['status', name]),
      ['history', 'fails'],
      ['get', '-o', 'json'],
      ['get', '-o', 'yaml'],
    );
  });

  it('is safe in Events', async () => {
    const notes = await eventually('every end is recorded', async () => {
      const { stdout } = await environment.kubectl(['get', 'events.events.k8s.io', '-o', 'json']);
      const { items } = JSON.parse(stdout) as {
        items: { note: string; reason: string; type: string; regarding: { kind: string } }[];
      };
      const ends = items.filter(({ type, regarding }) => type === 'Warning' && regarding.kind === 'SeiNodeTask');
      return ends.length >= Object.keys(kinds).length ? items.map(({ note }) => note) : undefined;
    });
    assertSafe(notes, 1024);
    assert.ok(notes.some((note) => note.includes('BEGIN')));
  });

  it('is safe in the log', async () => {
    const log = await readFile(service.logFile, 'utf8');
    assert.match(log, /BEGIN/);
    assertSafeLines(log);
  });
});

function kubeconfigFor(server: string, token: string): string {
  return JSON.stringify({
    clusters: [{ name: 'proxy', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'service', user: { token } }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'service' } }],
    'current-context': 'proxy',
  });
}
