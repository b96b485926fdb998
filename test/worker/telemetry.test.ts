import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEvent } from '../../api/log.ts';
import { metrics as catalogue, sdkMetrics, type MetricDefinition } from '../../api/metrics.ts';
import { SEI_NODE_RUNBOOK } from '../../api/resources.ts';
import type { SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import type { Faults } from '../../simulator/faults.ts';
import { runbookSpec } from '../runbook/runbook-manifests.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { CertificateAuthority } from '../support/certificate-authority.ts';
import { eventually } from '../support/eventually.ts';
import { jsonWebToken } from '../support/json-web-token.ts';
import { logLines, type WrittenLine } from '../support/log-lines.ts';
import { servedMetrics, type ServedMetric } from '../support/served-metrics.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** When the refused token expires, in seconds since the epoch. */
const EXPIRY = 1_900_000_000;
const REFUSED_TOKEN = jsonWebToken({ exp: EXPIRY, jti: 'planted-sidecar-token' });

const labelText = (labels: readonly string[]): string => labels.toSorted().join(', ');
const textOf = ({ name, type, labels, help }: ServedMetric): string => `${type} ${name}{${labelText(labels)}} ${help}`;
const definitions: Readonly<Record<string, MetricDefinition>> = catalogue;

describe('metrics and logs', function () {
  // Of a machine on which everything else is tested at the same time.
  this.timeout(300_000);
  let environment: TestEnvironment;
  let service: LocalService;
  let secrets: readonly string[];

  before(async () => {
    environment = await TestEnvironment.create();
    const { directory, kubernetes } = environment.servers;
    const token = kubernetes.token('system:serviceaccount:sei-system:sei-node-tasks');
    secrets = [token, REFUSED_TOKEN];
    const tokenFile = join(directory, `${environment.namespace}.token`);
    await writeFile(tokenFile, token, { mode: 0o600 });
    const caFile = join(directory, `${environment.namespace}.crt`);
    await writeFile(caFile, new CertificateAuthority('sidecars').certificate);
    service = await environment.startService({
      LOG_LEVEL: 'DEBUG',
      GIT_COMMIT: 'a-commit',
      SIDECAR_TOKEN_FILE: tokenFile,
      SIDECAR_CA_FILE: caFile,
    });
    assertComplete(await restart('well'));
    await Promise.all([waitForPhaseAndQueue(), waitForGuard(), restartFollower()]);
    await writeFile(tokenFile, REFUSED_TOKEN);
    const writtenMs = Date.now();
    await eventually('the service looks at the file again', () => Date.now() > writtenMs + 1_500);
    assertFailed(await restart('unauthorized', { timeoutSeconds: 2 }), 'Timeout', 'tooLateToBegin', { problem: /401/ });
    assertFailed(
      await restart('forbidden', { timeoutSeconds: 2 }, { answerStatus: { status: 403 } }),
      'Timeout',
      'tooLateToBegin',
      { problem: /403/ },
    );
  });

  after(() => environment.stop());

  async function restart(name: string, spec: Record<string, unknown> = {}, faults: Faults = {}): Promise<SeiNodeTask> {
    await environment.addNode(name, { faults });
    await environment.restart(name, name, spec);
    return await environment.finished(name);
  }

  /** Two restarts of one node that is not in the phase that they require at first. */
  async function waitForPhaseAndQueue(): Promise<void> {
    await environment.addNode('late', { phase: 'Initializing' });
    for (const name of ['first', 'second']) {
      await environment.restart(name, 'late');
      await environment.taskWhere(name, 'waits', ({ status }) => status?.reason === 'PhaseNotMet');
    }
    await environment.setPhase('late', 'Running');
    for (const name of ['first', 'second']) assertComplete(await environment.finished(name));
  }

  /** No node of this chain answers who its validators are. */
  async function waitForGuard(): Promise<void> {
    const guarded = { guard: { mode: 'Enforce' }, target: { nodeRef: { name: 'guarded' }, queueTimeout: '1s' } };
    assertFailed(await restart('guarded', guarded), 'TargetResolveFailed');
  }

  /** By a runbook. */
  async function restartFollower(): Promise<void> {
    await environment.addNode('follower', { role: 'fullNode' });
    const runbooks = new ResourceClient<SeiNodeRunbook>(environment.admin, SEI_NODE_RUNBOOK);
    const { namespace } = environment;
    await runbooks.create(namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeRunbook',
      metadata: { name: 'followers' },
      spec: runbookSpec({ targets: { nodes: ['follower'] }, gate: { blocks: 0 } }),
    });
    const isComplete = async (): Promise<boolean> => {
      const { status } = (await runbooks.get(namespace, 'followers')) ?? {};
      assert.notEqual(status?.phase, 'Failed', status?.message);
      return status?.phase === 'Complete';
    };
    await eventually('the runbook is Complete', isComplete, 120_000);
  }

  async function metrics(): Promise<string> {
    const response = await fetch(service.metricsUrl);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/);
    return await response.text();
  }

  it('count verdicts by kind and reason', async () => {
    const verdict = /^sei_task_verdicts\{kind="(\w+)",.*reason="(\w+)",.*\} (\d+)$/gm;
    // A verdict is written into the resource a moment before its workflow ends and counts it.
    await eventually('each is counted once', async () => {
      const counts = [...(await metrics()).matchAll(verdict)].map(([, kind, reason, count]) =>
        [kind, reason, count].join(' '),
      );
      // One of those that completed is a step of the runbook, without a resource.
      assert.deepEqual(counts.toSorted(), [
        'RestartSeid TargetResolveFailed 1',
        'RestartSeid TaskComplete 4',
        'RestartSeid Timeout 2',
      ]);
      return true;
    });
  });

  it('are those of the catalogue, with its types, labels and help', async () => {
    // Credentials are read every 10 s.
    await eventually('the last gauge', async () => (await metrics()).includes('sei_token_expiry_timestamp_seconds{'));
    const served = servedMetrics(await metrics()).filter(({ name }) => !name.startsWith('temporal_'));
    const expected = Object.entries(definitions)
      .map(([name, definition]) => ({ ...definition, name }))
      .filter(({ recordedBy }) => recordedBy !== 'codec-server');
    assert.deepEqual(served.map(textOf).toSorted(), expected.map(textOf).toSorted());
  });

  it('of the Temporal SDK have the labels of the catalogue', async () => {
    const served = new Map(servedMetrics(await metrics()).map((metric) => [metric.name, metric]));
    for (const [name, { type, labels }] of Object.entries(sdkMetrics)) {
      const metric = served.get(name) ?? assert.fail(`${name} is not served`);
      assert.equal(metric.type, type, name);
      const missing = labels.filter((label) => !metric.labels.includes(label));
      assert.deepEqual(missing, [], name);
    }
  });

  it('of the Temporal SDK name a failure as the alerts do', async () => {
    assert.match(await metrics(), /^temporal_request_failure\{.*status_code="[A-Z_]+".*\} \d+$/m);
  });

  it('count the outcomes of every kind and reason from 0', async () => {
    const counts = [...(await metrics()).matchAll(/^sei_task_outcomes_total\{kind="(\w+)",reason="(\w+)"\} (\d+)$/gm)];
    const happened = counts.filter(([, , , count]) => count !== '0').map(([, ...words]) => words.join(' '));
    assert.deepEqual(happened.toSorted(), [
      'RestartSeid TargetResolveFailed 1',
      'RestartSeid TaskComplete 3',
      'RestartSeid Timeout 2',
    ]);
    assert.ok(counts.some(([, kind, reason]) => kind === 'GovVote' && reason === 'TxFailed'));
  });

  it('tell when the token for sidecars expires', async () => {
    assert.match(
      await metrics(),
      new RegExp(`^sei_token_expiry_timestamp_seconds{credential="sidecar"} ${EXPIRY}$`, 'm'),
    );
  });

  it('count what exists by kind and phase', async () => {
    await eventually('the census', async () => {
      const text = await metrics();
      return ['Complete"} 3', 'Failed"} 3', 'Pending"} 0', 'Running"} 0'].every((end) =>
        text.includes(`sei_tasks{kind="RestartSeid",phase="${end}\n`),
      );
    });
  });

  it('count runbooks, their nodes and the waits for the guard', async () => {
    await eventually('the census', async () => (await metrics()).includes('sei_runbooks{phase="Complete"} 1\n'));
    const text = await metrics();
    assert.match(text, /^sei_runbook_node_outcomes_total\{.*reason="Passed".*\} 1$/m);
    assert.match(text, /^sei_runbook_duration_seconds_count\{reason="RunbookComplete"\} 1$/m);
    assert.match(text, /^sei_guard_wait_duration_seconds_count\{verdict="ChainDataUnavailable"\} 1$/m);
    assert.match(text, /^sei_guard_waiters\{verdict="ChainDataUnavailable"\} 0$/m);
  });

  it('show the length of the queue, and what the Temporal SDK measures', async () => {
    const text = await metrics();
    assert.match(text, /^sei_bridge_queue_length(\{.*\})? 0$/m);
    assert.match(text, /^# TYPE temporal_workflow_completed counter$/m);
    assert.match(text, /^temporal_worker_task_slots_available\{.*worker_type="ActivityWorker".*\} 10200$/m);
  });

  it('name the version, the commit and Node', async () => {
    const [, labels = ''] = /^sei_build_info\{(.*)\} 1$/m.exec(await metrics()) ?? [];
    assert.deepEqual(labels.split(',').toSorted(), [
      'commit="a-commit"',
      `node_version="${process.versions.node}"`,
      `version="${packageJson.version}"`,
    ]);
  });

  it('start with a line that says what runs, and where', async () => {
    const [running] = await logLines(service.logFile, 'ServiceRunning');
    const { temporal, kubernetes } = environment.servers;
    assert.partialDeepStrictEqual(running, {
      version: packageJson.version,
      commit: 'a-commit',
      role: 'all',
      temporalAddress: temporal.address,
      temporalNamespace: temporal.namespace,
      apiServer: kubernetes.url,
      cluster: await readClusterId(environment.admin),
      taskQueue: environment.namespace,
      watchNamespaces: [environment.namespace],
    });
  });

  it('write one line for each side effect and for the verdict of a task, with what identifies it', async () => {
    const { status = assert.fail() } = (await environment.tasks.get(environment.namespace, 'well')) ?? assert.fail();
    const { id: workflowId, runId } = status.workflow ?? assert.fail();
    const lines = (await logLines(service.logFile)).filter((line) => line.workflowId === workflowId);
    assert.deepEqual(
      lines.filter(({ level }) => level !== 'DEBUG').map(({ event }) => event),
      ['WorkflowStarted', 'PermitAcquired', 'TaskSending', 'TaskAccepted', 'PermitReleased', 'VerdictComplete'],
    );
    const identity = {
      task: `${environment.namespace}/well`,
      kind: 'RestartSeid',
      node: `${environment.namespace}/well`,
      taskId: status.task?.id,
      runId,
    };
    const [accepted, verdict] = ['TaskAccepted', 'VerdictComplete'].map((event) =>
      lines.find((line) => line.event === event),
    );
    assert.partialDeepStrictEqual(accepted, identity);
    assert.partialDeepStrictEqual(verdict, {
      ...identity,
      phase: 'Complete',
      reason: 'TaskComplete',
      detail: status.conditions?.find(({ type }) => type === 'Ready')?.message,
      statusWrite: 'written',
    });
    for (const field of ['durationMs', 'executionMs'] as const) assert.equal(typeof verdict?.[field], 'number', field);
  });

  it('name the problem of a task once, with its code, and the verdict', async () => {
    for (const [name, code] of [
      ['unauthorized', 'SIDECAR_UNAUTHORIZED'],
      ['forbidden', 'SIDECAR_FORBIDDEN'],
    ] as const) {
      const lines = (await logLines(service.logFile)).filter(({ task }) => task === `${environment.namespace}/${name}`);
      const of = (event: LogEvent): WrittenLine[] => lines.filter((line) => line.event === event && !line.folded);
      assert.deepEqual(
        of('TaskProblem').map(({ error }) => error?.code),
        [code],
      );
      assert.deepEqual(
        of('VerdictFailed').map(({ reason }) => reason),
        ['Timeout'],
      );
    }
  });

  it('have another level after a PUT, until the next one', async () => {
    const put = async (level: string): Promise<string> =>
      await (await fetch(`${service.probeUrl}/loglevel`, { method: 'PUT', body: level })).text();
    assert.equal(await put('ERROR'), 'ERROR\n');
    assertFailed(await restart('unlogged', { timeoutSeconds: 2 }), 'Timeout', 'tooLateToBegin', { problem: /401/ });
    assert.equal(await put('DEBUG'), 'DEBUG\n');
    const lines = await logLines(service.logFile);
    assert.deepEqual(
      lines.filter(({ task }) => String(task).endsWith('/unlogged')),
      [],
    );
    assert.deepEqual(
      lines.filter(({ event }) => event === 'LogLevelChanged').map(({ before, logLevel }) => [before, logLevel]),
      [
        ['DEBUG', 'ERROR'],
        ['ERROR', 'DEBUG'],
      ],
    );
  });

  it('write no token, whatever a sidecar answers', async () => {
    const log = await readFile(service.logFile, 'utf8');
    for (const secret of secrets) assert.equal(log.includes(secret), false);
  });
});
