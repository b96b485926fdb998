import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ClusterAccess } from '../../kubernetes/kube-config/cluster-access.ts';
import { parseKubeConfig } from '../../kubernetes/kube-config/parse-kube-config.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { clusterAccess } from '../../kubernetes/load-kube-config.ts';
import { closeServer, listenLocally, portOf } from '../support/local-server.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
  readonly socketPort: number | undefined;
}

export type Handler = (request: SeenRequest, response: ServerResponse) => void;

/** A server that answers what a test tells it to, right or wrong, and remembers what it was asked. */
export class FakeApiServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  readonly transport: KubernetesTransport;
  /** The contents of a kubeconfig for it. */
  readonly kubeconfig: string;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>, user: object) {
    this.#server = server;
    this.kubeconfig = kubeconfigFor(`http://127.0.0.1:${portOf(server)}`, user);
    this.transport = new KubernetesTransport(clusterAccess(parseKubeConfig(this.kubeconfig, 'kubeconfig')));
  }

  static async start(handler: Handler, user: object = { token: 'secret' }): Promise<FakeApiServer> {
    const server = createServer(
      (request, response) => void see(request).then((seen) => (fake.requests.push(seen), handler(seen, response))),
    );
    await listenLocally(server);
    const fake = new FakeApiServer(server, user);
    return fake;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.close();
    await closeServer(this.#server);
  }
}

/** @param user - As a kubeconfig has it. */
export function accessFor(server: string, user: object = {}): ClusterAccess {
  return clusterAccess(parseKubeConfig(kubeconfigFor(server, user), 'kubeconfig'));
}

function kubeconfigFor(server: string, user: object): string {
  return JSON.stringify({
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function sendStatus(response: ServerResponse, code: number, reason: string, message = reason): void {
  sendJson(response, code, { kind: 'Status', status: 'Failure', code, reason, message });
}

async function see(request: IncomingMessage): Promise<SeenRequest> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    authorization: request.headers.authorization,
    contentType: request.headers['content-type'],
    body: await text(request),
    socketPort: request.socket.remotePort,
  };
}
