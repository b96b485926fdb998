import assert from 'node:assert/strict';
import type { LogEvent } from '../../api/log.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { errorCodes, logLines } from '../support/log-lines.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { KeyFile, newKey } from './key-file.ts';
import { storedBytes } from './stored-bytes.ts';

const [OLD, NEW] = ['key-of-october', 'key-of-november'];
const [october, november] = [newKey(OLD), newKey(NEW)];

/** Which of the keys a workflow's payloads name. */
async function keysOf(environment: TestEnvironment, task: SeiNodeTask): Promise<string[]> {
  const bytes = await storedBytes(environment.temporal, environment.workflowOf(task));
  return [OLD, NEW].filter((id) => bytes.includes(id));
}

async function stop(service: LocalService): Promise<void> {
  await service.process.stop(30_000);
}

/** Waits until the service has said in its log that it lacks the key. */
async function lacksKey(service: LocalService, id: string, event: LogEvent): Promise<void> {
  await eventually(`the log says that ${id} is missing`, async () => {
    const lines = await logLines(service.logFile, event);
    return lines.some((line) => errorCodes(line).includes('PAYLOAD_KEY_UNKNOWN') && JSON.stringify(line).includes(id));
  });
}

describe('payload keys that change', () => {
  let environment: TestEnvironment;
  let keyFile: KeyFile;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
    keyFile = new KeyFile(october);
  });

  afterEach(async () => {
    await environment.stop();
    keyFile[Symbol.dispose]();
  });

  const startService = (): Promise<LocalService> => environment.startService({ PAYLOAD_KEY_FILE: keyFile.path });

  /** A restart that runs until its seid may boot. */
  async function restartInProgress(timeoutSeconds = 0): Promise<{ node: SimulatedNode; task: SeiNodeTask }> {
    const node = await environment.addNode('rotated');
    node.setFaults({ neverBoot: true });
    const task = await environment.restart('rotated', 'rotated', { timeoutSeconds });
    await environment.taskWhere('rotated', 'is at work', ({ status }) => status?.step === 'Restarting');
    return { node, task };
  }

  async function assertCompletes({ node }: { node: SimulatedNode }): Promise<void> {
    node.setFaults({});
    assertComplete(await environment.finished('rotated'));
    assert.equal(requestsOf(node, 'POST').length, 1);
    assert.equal(node.sigtermsReceived, 1);
  }

  it('rotate in the middle of a task, without a restart of the service', async () => {
    const service = await startService();
    const restart = await restartInProgress();
    assert.deepEqual(await keysOf(environment, restart.task), [OLD]);
    keyFile.write(november, october);
    await eventually('the new key is used', async () => (await keysOf(environment, restart.task)).includes(NEW));
    await assertCompletes(restart);
    assert.deepEqual(await keysOf(environment, restart.task), [OLD, NEW]);
    const [read] = await logLines(service.logFile, 'PayloadKeysReloaded');
    assert.deepEqual([read?.activeKey, read?.keys], [NEW, [NEW, OLD]]);
  });

  it('are added to a service whose open workflows are in the clear', async () => {
    const clear = await environment.startService();
    const restart = await restartInProgress();
    await stop(clear);
    assert.deepEqual(await keysOf(environment, restart.task), []);
    await startService();
    await assertCompletes(restart);
    assert.deepEqual(await keysOf(environment, restart.task), [OLD]);
  });

  for (const [what, variables] of [
    ['the key', { lines: [november] }],
    ['the key file', { lines: undefined }],
  ] as const) {
    it(`cause no verdict when ${what} is missing, also after the deadline; when it is back the task ends`, async () => {
      const before = await startService();
      const restart = await restartInProgress(20);
      const deadlineMs = Date.now() + 20_000;
      await stop(before);
      if (variables.lines) keyFile.write(...variables.lines);
      const without = await environment.startService(variables.lines ? { PAYLOAD_KEY_FILE: keyFile.path } : {});
      await lacksKey(without, OLD, 'TemporalSdk');
      restart.node.setFaults({});
      await eventually('the sidecar is done', () => restart.node.tasks[0]?.status === 'completed');
      await eventually('the deadline has passed', () => Date.now() > deadlineMs);
      const { status } = await environment.taskWhere('rotated', 'is there', () => true);
      assert.equal(status?.phase, 'Running');
      if (variables.lines) {
        keyFile.write(november, october);
      } else {
        await stop(without);
        await startService();
      }
      await assertCompletes(restart);
    });
  }

  it('cause no verdict for a closed workflow whose outcome cannot be read', async () => {
    const before = await startService();
    const restart = await restartInProgress();
    restart.node.setFaults({});
    const { status } = await environment.finished('rotated');
    await eventually('the workflow is closed', async () => {
      const { events } = await environment.workflowOf(restart.task).fetchHistory();
      return events?.at(-1)?.workflowExecutionCompletedEventAttributes != null;
    });
    await stop(before);
    await environment.tasks.patchStatus({ namespace: environment.namespace, name: 'rotated' }, { status: null });
    keyFile.write(november);
    const without = await startService();
    await lacksKey(without, OLD, 'ReconcileFailed');
    const lost = await environment.taskWhere('rotated', 'is there', () => true);
    assert.deepEqual(lost.status?.conditions, undefined);
    keyFile.write(november, october);
    const healed = await environment.finished('rotated');
    assertComplete(healed);
    assert.equal(healed.status?.message, status?.message);
    assert.equal(restart.node.sigtermsReceived, 1);
  });
});
