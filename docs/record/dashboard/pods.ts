import { freePort } from '../../../dev/free-port.ts';
import type { LocalServers } from '../../../dev/start-local-servers.ts';
import { startLocalService, type LocalService } from '../../../dev/start-local-service.ts';

/** How long a process has to drain, in milliseconds. */
const GRACE_MS = 30_000;

/** Processes of the service, one after the other or side by side, each at an address that is known before it starts. */
export class Pods implements AsyncDisposable {
  /** host:port of the metrics, by the pod's name. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly #servers: LocalServers;
  readonly #fleetUrl: string;
  readonly #running = new Map<string, LocalService>();

  private constructor(addresses: ReadonlyMap<string, string>, servers: LocalServers, fleetUrl: string) {
    this.addresses = addresses;
    this.#servers = servers;
    this.#fleetUrl = fleetUrl;
  }

  /** None runs at first. */
  static async create(
    names: readonly string[],
    { servers, fleetUrl }: { readonly servers: LocalServers; readonly fleetUrl: string },
  ): Promise<Pods> {
    const addresses = new Map<string, string>();
    for (const name of names) addresses.set(podName(name), `127.0.0.1:${await freePort()}`);
    return new Pods(addresses, servers, fleetUrl);
  }

  /** Starts one and waits until it is ready. */
  async start(name: string): Promise<void> {
    const service = await startLocalService({
      servers: this.#servers,
      fleetUrl: this.#fleetUrl,
      name: podName(name),
      environment: { METRICS_ADDRESS: this.addresses.get(podName(name)) },
    });
    this.#running.set(name, service);
    await service.ready();
  }

  /** SIGTERM, and a wait for the end. */
  async stop(name: string): Promise<void> {
    await this.#running.get(name)?.process.stop(GRACE_MS);
    this.#running.delete(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.stop(name)));
  }
}

function podName(name: string): string {
  return `sei-node-tasks-${name}`;
}
