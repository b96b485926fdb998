import { createServer, type Server } from 'node:http';
import { kubernetesUsers } from '../../dev/kubernetes-users.ts';
import type { LocalServers } from '../../dev/start-local-servers.ts';
import { startServersWithManifests } from '../../dev/start-servers-with-manifests.ts';
import { closeServer, listenLocally, portOf } from './local-server.ts';
import { SERVERS_VARIABLE } from './shared-servers.ts';

/**
 * One Temporal server and one API server for a whole test run, started when the first test asks for them. Mocha's
 * worker processes ask over HTTP; they inherit the variable that says where.
 */
export class ServersOnDemand implements AsyncDisposable {
  readonly #http: Server;
  #servers: Promise<LocalServers> | undefined;

  private constructor() {
    this.#http = createServer((_request, response) => {
      this.#servers ??= startServersWithManifests();
      this.#servers.then(
        (servers) => response.end(addressesOf(servers)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  }

  static async listen(): Promise<ServersOnDemand> {
    const onDemand = new ServersOnDemand();
    await listenLocally(onDemand.#http);
    process.env[SERVERS_VARIABLE] = `http://127.0.0.1:${portOf(onDemand.#http)}`;
    return onDemand;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeServer(this.#http);
    const servers = await this.#servers?.catch(() => undefined);
    await servers?.stop();
  }
}

function addressesOf({ directory, kubernetes, temporal }: LocalServers): string {
  return JSON.stringify({
    directory,
    kubernetes: { url: kubernetes.url, caFile: kubernetes.caFile },
    temporal: { address: temporal.address, uiUrl: temporal.uiUrl, namespace: temporal.namespace },
    kubeconfigs: Object.fromEntries(kubernetesUsers.map((user) => [user, kubernetes.kubeconfig(user)])),
    tokens: Object.fromEntries(kubernetesUsers.map((user) => [user, kubernetes.token(user)])),
  });
}
