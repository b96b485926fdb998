import assert from 'node:assert/strict';
import { TcpProxy } from '../../dev/tcp-proxy.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** In milliseconds: what issue 11 promises. */
const PROMISED_MS = 10_000;

describe('a task that is created while Temporal is not available', () => {
  let environment: TestEnvironment;
  let temporal: TcpProxy;
  let service: LocalService;

  before(async () => {
    environment = await TestEnvironment.create();
    temporal = await TcpProxy.create();
    environment.added.defer(() => temporal.close());
    await temporal.leadTo(environment.servers.temporal.address);
    service = await environment.startService({ LOG_LEVEL: 'DEBUG', TEMPORAL_ADDRESS: temporal.address });
  });

  after(() => environment.stop());

  async function warningsOf(name: string): Promise<string[]> {
    const selector = `involvedObject.kind=SeiNodeTask,involvedObject.name=${name},type=Warning`;
    const { stdout } = await environment.kubectl([
      'get',
      'events',
      '--field-selector',
      selector,
      '-o',
      'jsonpath={range .items[*]}{.reason}{"\\n"}{end}',
    ]);
    return stdout.split('\n').filter((reason) => reason !== '');
  }

  const absences: Readonly<Record<string, () => Promise<void>>> = {
    'refuses connections': () => temporal.close(),
    'does not answer': () => temporal.beSilent(),
  };
  for (const [index, [how, leave]] of Object.entries(absences).entries()) {
    it(`says so within 10 s, in its message and in one Warning, and continues when it is back: a server that ${how}`, async () => {
      const name = `away-${index}`;
      const taskName = `${environment.namespace}/${name}`;
      const node = await environment.addNode(name);
      await leave();
      await environment.restart(name, name);
      const told = await eventually(
        'the resource tells',
        async () => {
          const task = await environment.tasks.get(environment.namespace, name);
          return task?.status?.step === 'Starting' && task;
        },
        PROMISED_MS,
      );
      assert.equal(told?.status?.phase, 'Pending');
      await eventually('a Warning is recorded', async () => (await warningsOf(name)).length > 0);
      const failures = async (): Promise<number> =>
        (await logLines(service.logFile, 'ReconcileFailed')).filter((line) => line.task === taskName).length;
      await eventually('it is tried again', async () => (await failures()) > 1);
      assert.deepEqual(await warningsOf(name), ['TemporalUnavailable']);

      await temporal.leadTo(environment.servers.temporal.address);
      const task = await environment.finished(name);
      assertComplete(task);
      assert.equal(node.sigtermsReceived, 1);
      assert.deepEqual(await warningsOf(name), ['TemporalUnavailable']);
    });
  }
});
