import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import type { Faults } from '../../simulator/faults.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
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
    service = await environment.startService({ LOG_LEVEL: 'DEBUG', SIDECAR_TOKEN_FILE: tokenFile });
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

  it('write one JSON object a line', async () => {
    const lines = await logLines(service.logFile);
    const running = lines.find(({ message }) => message === 'sei-node-tasks is running');
    assert.deepEqual([running?.['role'], running?.['taskQueue']], ['all', environment.namespace]);
    const { uid } = (await environment.tasks.get(environment.namespace, 'well'))?.metadata ?? assert.fail();
    const workflowId = `seinodetask/${environment.namespace}/well/${uid}`;
    assert.ok(
      lines.some((line) => line['workflowId'] === workflowId),
      'a line names the workflow',
    );
  });

  it('write no token, whatever a sidecar answers', async () => {
    const log = await readFile(service.logFile, 'utf8');
    assert.match(log, /401/);
    assert.match(log, /403/);
    for (const secret of secrets) assert.equal(log.includes(secret), false);
  });
});
