import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { LocalService } from '../../dev/start-local-service.ts';
import { eventually } from '../support/eventually.ts';
import { TcpProxy } from '../../dev/tcp-proxy.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** Only to tell an end that the service chose from one that was forced on it. */
const FORCED_END_MS = 60_000;

describe('SIGTERM', () => {
  let environment: TestEnvironment;
  let proxy: TcpProxy;

  before(async () => {
    environment = await TestEnvironment.create();
    proxy = await TcpProxy.create();
  });

  after(async () => {
    await environment.stop();
    await proxy.close();
  });

  for (const role of ['all', 'bridge', 'worker']) {
    it(`ends an idle service with ROLE=${role}: exit code 0, and its ports are free`, async () => {
      await assertEndsWell(await environment.startService({ ROLE: role }));
    });
  }

  it('ends a service that cannot reach Temporal yet', async () => {
    const service = await environment.launchService({ TEMPORAL_ADDRESS: proxy.address });
    await healthy(service);
    await assertEndsWell(service);
  });

  it('ends a service whose connection to Temporal gets no answer', async () => {
    await proxy.beSilent();
    const service = await environment.launchService({ TEMPORAL_ADDRESS: proxy.address });
    await eventually('it is connecting', () => proxy.accepted > 0);
    await assertEndsWell(service);
  });
});

async function assertEndsWell(service: LocalService): Promise<void> {
  assert.deepEqual(await service.process.stop(FORCED_END_MS), { code: 0, signal: null });
  for (const url of [service.probeUrl, service.metricsUrl]) {
    const server = createServer();
    await once(server.listen(Number(new URL(url).port), '127.0.0.1'), 'listening');
    server.close();
  }
}

async function healthy({ probeUrl }: LocalService): Promise<void> {
  await eventually('it answers', async () => (await fetch(`${probeUrl}/healthz`)).ok);
}
