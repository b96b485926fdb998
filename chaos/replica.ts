import { kubeconfigThrough } from '../dev/kubeconfig-through.ts';
import { startLocalService, type LocalService } from '../dev/start-local-service.ts';
import type { LocalServers } from '../dev/start-local-servers.ts';
import { TcpProxy } from '../dev/tcp-proxy.ts';
import { now } from '../dev/now.ts';
import type { ObservedDeath } from './observations.ts';

/** From SIGTERM on, in milliseconds; above the service's own SHUTDOWN_GRACE. */
const STOP_GRACE_MS = 15_000;
const LINKS = ['api-server', 'temporal', 'sidecar'] as const;
export type LinkName = (typeof LINKS)[number];

export interface ReplicaOptions {
  readonly name: string;
  readonly role: 'worker' | 'bridge';
  readonly servers: LocalServers;
  readonly fleetUrl: string;
  readonly namespace: string;
  readonly onDeath: (death: ObservedDeath) => void;
}

/** A process of the service that comes and goes, with links of its own to everything that it uses. */
export class Replica implements AsyncDisposable {
  readonly links: Readonly<Record<LinkName, TcpProxy>>;
  readonly #options: ReplicaOptions;
  /** Path of one that leads through the link to the API server. */
  readonly #kubeconfig: string;
  #service: LocalService | undefined;
  #starts = 0;

  private constructor(options: ReplicaOptions, links: Readonly<Record<LinkName, TcpProxy>>, kubeconfig: string) {
    this.#options = options;
    this.links = links;
    this.#kubeconfig = kubeconfig;
  }

  /** Not running yet. */
  static async create(options: ReplicaOptions): Promise<Replica> {
    const proxies = await Promise.all(LINKS.map(async (name) => [name, await TcpProxy.create()] as const));
    const links = Object.fromEntries(proxies) as Record<LinkName, TcpProxy>;
    const { kubernetes, temporal } = options.servers;
    await links['api-server'].leadTo(new URL(kubernetes.url).host);
    await links.temporal.leadTo(temporal.address);
    await links.sidecar.leadTo(new URL(options.fleetUrl).host);
    return new Replica(options, links, await kubeconfigThrough(links['api-server'], options.servers, options.name));
  }

  get name(): string {
    return this.#options.name;
  }

  /** Of the process that was started last. */
  get pid(): number {
    if (this.#service === undefined) throw new Error(`${this.name} does not run`);
    return this.#service.process.pid;
  }

  /** Starts a process; `ready` is another matter. */
  async start(): Promise<void> {
    const { servers, role, namespace } = this.#options;
    const name = `${this.name}-${this.#starts}`;
    this.#starts += 1;
    const service = await startLocalService({
      servers: { ...servers, temporal: { ...servers.temporal, address: this.links.temporal.address } },
      fleetUrl: `http://${this.links.sidecar.address}`,
      name,
      environment: {
        ROLE: role,
        WATCH_NAMESPACE: namespace,
        TASK_QUEUE: namespace,
        KUBECONFIG: this.#kubeconfig,
        SHUTDOWN_GRACE: '10s',
      },
    });
    this.#service = service;
    void this.#reportDeath(service);
  }

  async ready(): Promise<void> {
    await this.#service?.ready();
  }

  /** SIGSTOP, SIGCONT. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#service?.process.kill(signal);
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const service = this.#service;
    this.#service = undefined;
    service?.process.kill('SIGKILL');
    await service?.process.exited;
  }

  /** SIGTERM. @returns Whether it ended by itself, without an error. */
  async stop(): Promise<boolean> {
    const service = this.#service;
    this.#service = undefined;
    const exit = await service?.process.stop(STOP_GRACE_MS);
    return exit?.code === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Promise.all(Object.values(this.links).map((link) => link.close()));
  }

  async #reportDeath(service: LocalService): Promise<void> {
    const { code, signal } = await service.process.exited;
    if (this.#service !== service) return;
    this.#options.onDeath({
      process: `${this.name} (log ${service.logFile})`,
      at: now(),
      how: signal ?? `code ${code}`,
    });
  }
}
