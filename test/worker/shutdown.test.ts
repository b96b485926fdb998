import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { kubeconfigThrough } from '../../dev/kubeconfig-through.ts';
import type { LocalService } from '../../dev/start-local-service.ts';
import { eventually } from '../support/eventually.ts';
import { TcpProxy } from '../../dev/tcp-proxy.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** Only to tell an end that the service chose from one that was forced on it. */
const FORCED_END_MS = 60_000;
/** A service that would wait longer is killed, which its exit code tells. */
const SHORT_GRACE = '4s';
const SHORT_FORCED_END_MS = 20_000;

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

  async function kubeconfigWith(user: object): Promise<string> {
    const { directory, kubernetes } = environment.servers;
    const { clusters, contexts, ...rest } = parse(await readFile(kubernetes.kubeconfig('admin'), 'utf8'));
    const file = join(directory, `kubeconfig-${environment.namespace}-${proxy.port}`);
    const [{ context }] = contexts;
    await writeFile(file, stringify({ ...rest, clusters, contexts, users: [{ name: context.user, user }] }));
    return file;
  }

  async function startWithRestart(variables: NodeJS.ProcessEnv): Promise<LocalService> {
    const service = await environment.startService({ SHUTDOWN_GRACE: SHORT_GRACE, ...variables });
    const name = `under-way-${proxy.port}-${proxy.accepted}`;
    const node = await environment.addNode(name, { faults: { neverBoot: true } });
    await environment.restart(name, name);
    await eventually('seid restarts', () => node.sigtermsReceived === 1);
    return service;
  }

  describe('whatever hangs', () => {
    it('ends a service when Temporal does not answer', async () => {
      await proxy.leadTo(environment.servers.temporal.address);
      const service = await startWithRestart({ TEMPORAL_ADDRESS: proxy.address });
      await proxy.beSilent();
      await assertEndsWell(service, SHORT_FORCED_END_MS);
    });

    it('ends a service when the API server does not answer', async () => {
      await proxy.leadTo(new URL(environment.servers.kubernetes.url).host);
      const KUBECONFIG = await kubeconfigThrough(proxy, environment.servers, environment.namespace);
      const service = await startWithRestart({ KUBECONFIG });
      await proxy.beSilent();
      await assertEndsWell(service, SHORT_FORCED_END_MS);
    });

    it('ends a service when an exec plugin does not answer', async () => {
      const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sleep', args: ['600'] };
      const service = await environment.launchService({
        SHUTDOWN_GRACE: SHORT_GRACE,
        KUBECONFIG: await kubeconfigWith({ exec: { ...exec, interactiveMode: 'Never' } }),
      });
      await eventually('it waits for the API server', async () => {
        return (await (await fetch(`${service.probeUrl}/readyz`)).text()).includes('[+]temporal');
      });
      await assertEndsWell(service, SHORT_FORCED_END_MS);
    });

    it('ends a service that gets SIGTERM again', async () => {
      const service = await environment.startService({ SHUTDOWN_GRACE: SHORT_GRACE });
      service.process.kill('SIGTERM');
      await assertEndsWell(service, SHORT_FORCED_END_MS);
    });
  });
});

async function assertEndsWell(service: LocalService, forcedEndMs = FORCED_END_MS): Promise<void> {
  assert.deepEqual(await service.process.stop(forcedEndMs), { code: 0, signal: null });
  for (const url of [service.probeUrl, service.metricsUrl]) {
    const server = createServer();
    await once(server.listen(Number(new URL(url).port), '127.0.0.1'), 'listening');
    server.close();
  }
}

async function healthy({ probeUrl }: LocalService): Promise<void> {
  await eventually('it answers', async () => (await fetch(`${probeUrl}/healthz`)).ok);
}
