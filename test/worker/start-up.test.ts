import assert from 'node:assert/strict';
import type { LogEvent, LogFields } from '../../api/log.ts';
import { kubeconfigThrough } from '../../dev/kubeconfig-through.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { TcpProxy } from '../../dev/tcp-proxy.ts';
import { TestEnvironment } from '../support/test-environment.ts';

describe('a service that starts before its servers', () => {
  let environment: TestEnvironment;
  let proxy: TcpProxy;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
    proxy = await TcpProxy.create();
  });

  afterEach(async () => {
    await environment.stop();
    await proxy.close();
  });

  async function assertWorks(service: LocalService): Promise<void> {
    await service.ready();
    const node = await environment.addNode('late');
    await environment.restart('late', 'late');
    assertComplete(await environment.finished('late'));
    assert.equal(node.sigtermsReceived, 1);
    await eventually('the verdict is counted', async () => {
      const metrics = await (await fetch(service.metricsUrl)).text();
      return /^sei_task_verdicts\{.*reason="TaskComplete".*\} 1$/m.test(metrics);
    });
    await logLines(service.logFile);
  }

  it('waits for Temporal, says so, and works when it is there', async () => {
    const service = await environment.launchService({ LOG_LEVEL: 'DEBUG', TEMPORAL_ADDRESS: proxy.address });
    await assertWaits(service, {
      line: { event: 'TemporalConnectionFailed', temporalAddress: proxy.address },
      readiness: ['[+]running', '[-]temporal', '[-]worker', '[-]kubernetes', '[-]bridge'],
    });
    await proxy.leadTo(environment.servers.temporal.address);
    await assertWorks(service);
  });

  it('waits for the API server, says so, and works when it is there', async () => {
    const service = await environment.launchService({
      LOG_LEVEL: 'DEBUG',
      KUBECONFIG: await kubeconfigThrough(proxy, environment.servers, environment.namespace),
    });
    await assertWaits(service, {
      line: { event: 'ClusterIdUnknown', apiServer: `https://${proxy.address}` },
      readiness: ['[+]running', '[+]temporal', '[-]worker', '[-]kubernetes', '[-]bridge'],
    });
    await proxy.leadTo(new URL(environment.servers.kubernetes.url).host);
    await assertWorks(service);
  });

  it('is not ready while the API server is not available later', async () => {
    await proxy.leadTo(new URL(environment.servers.kubernetes.url).host);
    const service = await environment.startService({
      KUBECONFIG: await kubeconfigThrough(proxy, environment.servers, environment.namespace),
    });
    await proxy.close();
    await eventually('it is not ready', async () => (await probe(service, '/readyz'))[0] === 503);
    assert.deepEqual(
      (await probe(service, '/readyz'))[1].filter((line) => line.startsWith('[-]')),
      ['[-]bridge'],
    );
    assert.equal((await probe(service, '/healthz'))[0], 200);
    await proxy.leadTo(new URL(environment.servers.kubernetes.url).host);
    await assertWorks(service);
  });
});

/** Waits until it has tried and failed more than once, and asserts that it keeps running and says what is missing. */
async function assertWaits(
  service: LocalService,
  expected: { line: LogFields & { event: LogEvent }; readiness: string[] },
): Promise<void> {
  const { event, ...fields } = expected.line;
  const lines = await eventually('it has tried three times', async () => {
    const failed = await logLines(service.logFile, event);
    return failed.length >= 3 && failed;
  });
  // At level DEBUG the repeated ones are logged too.
  assert.deepEqual(
    lines?.slice(0, 3).map(({ level, folded, failures }) => [level, folded, failures]),
    [
      ['WARN', undefined, 1],
      ['DEBUG', true, 2],
      ['DEBUG', true, 3],
    ],
  );
  assert.partialDeepStrictEqual(lines?.[0], fields);
  assert.deepEqual(await probe(service, '/healthz'), [200, ['ok']]);
  assert.deepEqual(await probe(service, '/readyz'), [503, [...expected.readiness, 'not ready']]);
}

async function probe({ probeUrl }: LocalService, path: string): Promise<[number, string[]]> {
  const response = await fetch(probeUrl + path);
  return [response.status, (await response.text()).trimEnd().split('\n')];
}
