import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountToken } from '../../../dev/account-token.ts';
import { freePort } from '../../../dev/free-port.ts';
import type { LocalServers } from '../../../dev/start-local-servers.ts';
import { startLocalService, type LocalService } from '../../../dev/start-local-service.ts';
import type { LocalStack } from '../../../dev/start-local-stack.ts';

/** How long a process has to drain, in milliseconds. */
const GRACE_MS = 30_000;

/** Processes of the service, one after the other or side by side, each at an address that is known before it starts. */
export class Pods implements AsyncDisposable {
  /** host:port of the metrics, by the pod's name. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly #stack: LocalStack<LocalServers>;
  readonly #running = new Map<string, LocalService>();

  private constructor(addresses: ReadonlyMap<string, string>, stack: LocalStack<LocalServers>) {
    this.addresses = addresses;
    this.#stack = stack;
  }

  /** None runs at first. */
  static async create(names: readonly string[], stack: LocalStack<LocalServers>): Promise<Pods> {
    const addresses = new Map<string, string>();
    for (const name of names) addresses.set(podName(name), `127.0.0.1:${await freePort()}`);
    return new Pods(addresses, stack);
  }

  /** Starts one and waits until it is ready. */
  async start(name: string): Promise<void> {
    const { admin, servers, fleet } = this.#stack;
    // As the kubelet would put it there. The other tokens of the local servers have no end.
    const tokenFile = join(servers.directory, `${podName(name)}-sidecars`);
    await writeFile(tokenFile, await accountToken(admin, { namespace: 'sei-system', name: 'sei-node-tasks' }), {
      mode: 0o600,
    });
    const service = await startLocalService({
      servers,
      fleetUrl: fleet.url,
      name: podName(name),
      environment: { METRICS_ADDRESS: this.addresses.get(podName(name)), SIDECAR_TOKEN_FILE: tokenFile },
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
