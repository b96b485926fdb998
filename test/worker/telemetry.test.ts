import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEvent } from '../../api/log.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import type { Faults } from '../../simulator/faults.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { logLines, type WrittenLine } from '../support/log-lines.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const REFUSED_TOKEN = 'planted-sidecar-token';

describe('metrics and logs', () => {
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
    service = await environment.startService({
      LOG_LEVEL: 'DEBUG',
      GIT_COMMIT: 'a-commit',
      SIDECAR_TOKEN_FILE: tokenFile,
    });
    assertComplete(await restart('well'));
    await writeFile(tokenFile, REFUSED_TOKEN);
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
      assert.deepEqual(counts.toSorted(), ['RestartSeid TaskComplete 1', 'RestartSeid Timeout 2']);
      return true;
    });
  });

  it('show the length of the queue, and what the Temporal SDK measures', async () => {
    const text = await metrics();
    assert.match(text, /^sei_bridge_queue_length(\{.*\})? 0$/m);
    assert.match(text, /^# TYPE temporal_workflow_completed counter$/m);
    assert.match(text, /^temporal_worker_task_slots_available\{.*worker_type="ActivityWorker".*\} 10200$/m);
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
