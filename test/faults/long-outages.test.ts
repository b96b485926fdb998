import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { LocalServer } from '../../dev/local-server.ts';
import type { LocalServers } from '../../dev/start-local-servers.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { CALL_FAILED, TEMPORAL_FAILED } from '../../scripts/monitoring/promql.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { assertComplete, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { executionStartedMs } from '../support/execution-started-ms.ts';
import { startOwnServers, type OwnServers } from '../support/own-servers.ts';
import { polledAgain } from '../support/polled-again.ts';
import type { TestEnvironment } from '../support/test-environment.ts';

const NODES_OF_EACH_HALF = 12;
/** Of those whose sidecars hang: the outage is longer. */
const TIMEOUT_SECONDS = 60;
const OUTAGE_BOUND_MS = 180_000;
/** A call to a sidecar that hangs takes 5 s. */
const REQUESTS_A_SECOND = 0.5;
/** What a service may ever need, in KiB: what docs/performance.md grants it for 5,000 tasks. */
const MEMORY_KIB = 600 * 1024;

interface Outage {
  readonly serverOf: (servers: LocalServers) => LocalServer;
  /** What the alerts count of it. */
  readonly counted: RegExp;
}

const outages: Readonly<Record<string, Outage>> = {
  'the API server': {
    serverOf: ({ kubernetes }) => kubernetes.apiServer,
    counted: series('sei_kubernetes_requests_total', CALL_FAILED),
  },
  'the Temporal server': {
    serverOf: ({ temporal }) => temporal.server,
    counted: series('temporal_request_failure', TEMPORAL_FAILED),
  },
};

/** Finds a series by a matcher such as `code=~"none|5.."`. */
function series(metric: string, matcher: string): RegExp {
  return new RegExp(`^${metric}\\{.*\\b${matcher.replace(/=~"(.*)"/, '="(?:$1)"')}`, 'm');
}

describe('a fleet in which half of the sidecars hang', function () {
  this.timeout(300_000);

  let own: OwnServers;
  let environment: TestEnvironment;
  let service: LocalService;

  before(async () => {
    own = await startOwnServers();
    environment = own.environment;
    service = await environment.startService();
  });

  after(() => own?.stop());

  async function restarts(
    names: readonly string[],
    options: Parameters<TestEnvironment['addNode']>[1],
    spec = {},
  ): Promise<SimulatedNode[]> {
    const nodes = await Promise.all(names.map((name) => environment.addNode(name, options)));
    await Promise.all(names.map((name) => environment.restart(name, name, spec)));
    return nodes;
  }

  async function peakMemoryKib(): Promise<number> {
    const status = await readFile(`/proc/${service.process.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]);
  }

  /** Restarts of which half are under way, and half cannot be sent since their sidecars hang. */
  async function halfBegun(
    outage: number,
  ): Promise<{ readonly healthy: SimulatedNode[]; readonly hanging: SimulatedNode[] }> {
    const names = (half: string): string[] =>
      Array.from({ length: NODES_OF_EACH_HALF }, (_, each) => `${half}-${outage}-${each}`);
    const healthy = await restarts(names('works'), { faults: { neverBoot: true } });
    await Promise.all(healthy.map((node) => eventually(`${node.name} restarts`, () => node.sigtermsReceived === 1)));
    await Promise.all(healthy.map(polledAgain));
    const hanging = await restarts(names('hangs'), { faults: { hang: {} } }, { timeoutSeconds: TIMEOUT_SECONDS });
    await Promise.all(
      hanging.map(({ name }) =>
        environment.taskWhere(name, 'is being sent', ({ status }) => status?.task !== undefined),
      ),
    );
    return { healthy, hanging };
  }

  async function assertTimedOut({ name, sigtermsReceived }: SimulatedNode): Promise<void> {
    const task = await environment.finished(name);
    assertFailed(task, 'Timeout');
    const tookMs = Date.parse(task.status?.completedAt ?? '') - executionStartedMs(task);
    assert.ok(tookMs >= TIMEOUT_SECONDS * 1000, `${name} ended after ${tookMs} ms`);
    assert.equal(sigtermsReceived, 0, name);
  }

  async function assertDone(node: SimulatedNode): Promise<void> {
    assertComplete(await environment.finished(node.name));
    assertRestartedOnce(node);
  }

  Object.entries(outages).forEach(([what, { serverOf, counted }], index) => {
    it(`keeps execution times, asks at a bounded rate, and gets every verdict, although ${what} is away for longer than the execution time`, async () => {
      const { healthy, hanging } = await halfBegun(index);
      const server = serverOf(own.servers);
      const beganMs = Date.now();
      await server.kill('SIGKILL');
      for (const node of healthy) node.setFaults({});
      await eventually(
        'the execution times have passed',
        () => Date.now() > beganMs + TIMEOUT_SECONDS * 1000,
        OUTAGE_BOUND_MS,
      );
      assert.ok(healthy.every((node) => node.tasks[0]?.status === 'completed'));
      assert.match(await (await fetch(service.metricsUrl)).text(), counted);
      await server.start();

      const seconds = (Date.now() - beganMs) / 1000;
      for (const node of hanging)
        assert.ok(node.requests.filter(({ at }) => at > beganMs).length <= REQUESTS_A_SECOND * seconds, node.name);
      await Promise.all([...healthy.map(assertDone), ...hanging.map(assertTimedOut)]);
      const peakKib = await peakMemoryKib();
      assert.ok(peakKib < MEMORY_KIB, `${peakKib} KiB`);
    });
  });
});
