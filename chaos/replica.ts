import { kubeconfigThrough } from '../dev/kubeconfig-through.ts';
import { now } from '../dev/now.ts';
import { RestartableService } from '../dev/restartable-service.ts';
import type { LocalStack } from '../dev/start-local-stack.ts';
import { TcpProxy } from '../dev/tcp-proxy.ts';
import type { ObservedDeath } from './observations.ts';

/** `SHUTDOWN_GRACE`, and how long a busy machine may take on top of it, in milliseconds. */
const GRACE_MS = 10_000;
const STOP_LIMIT_MS = 15_000;
const LINKS = ['api-server', 'temporal', 'sidecar'] as const;
export type LinkName = (typeof LINKS)[number];

/** A process of the service that comes and goes, with links of its own to everything that it uses. */
export interface Replica extends AsyncDisposable {
  readonly name: string;
  readonly service: RestartableService;
  /** SIGTERM. A process that does not end by itself, with exit code 0, is killed and counts as a death. */
  readonly stop: () => Promise<boolean>;
  readonly links: Readonly<Record<LinkName, TcpProxy>>;
}

export interface ReplicaOptions {
  readonly name: string;
  readonly role: 'worker' | 'bridge';
  readonly stack: LocalStack;
  readonly onDeath: (death: ObservedDeath) => void;
}

/** It does not run yet. */
export async function createReplica({ name, role, stack, onDeath }: ReplicaOptions): Promise<Replica> {
  const { servers, fleet, namespace } = stack;
  const proxies = await Promise.all(LINKS.map(async (link) => [link, await TcpProxy.create()] as const));
  const links = Object.fromEntries(proxies) as Record<LinkName, TcpProxy>;
  await links['api-server'].leadTo(new URL(servers.kubernetes.url).host);
  await links.temporal.leadTo(servers.temporal.address);
  await links.sidecar.leadTo(new URL(fleet.url).host);
  const service = new RestartableService({
    servers: { ...servers, temporal: { ...servers.temporal, address: links.temporal.address } },
    fleetUrl: `http://${links.sidecar.address}`,
    name,
    environment: {
      ROLE: role,
      WATCH_NAMESPACE: namespace,
      TASK_QUEUE: namespace,
      KUBECONFIG: await kubeconfigThrough(links['api-server'], servers, name),
      SHUTDOWN_GRACE: `${GRACE_MS}ms`,
    },
    onUnexpectedExit: ({ logFile }, how) => died(logFile, how),
  });
  const died = (logFile: string, how: string): void => onDeath({ process: `${name} (log ${logFile})`, at: now(), how });
  return {
    name,
    service,
    async stop() {
      const { logFile } = service.current;
      const exit = await service.stop(STOP_LIMIT_MS);
      const endedWell = exit?.code === 0;
      if (!endedWell) died(logFile, `${exit?.signal ?? `code ${exit?.code}`}, ${STOP_LIMIT_MS / 1000} s after SIGTERM`);
      return endedWell;
    },
    links,
    async [Symbol.asyncDispose]() {
      await service.kill();
      await Promise.all(Object.values(links).map((link) => link.close()));
    },
  };
}
