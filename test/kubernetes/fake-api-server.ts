import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';

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
  readonly kubeConfig: KubeConfig;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>, user: object) {
    this.#server = server;
    this.kubeConfig = kubeConfigFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, user);
    this.transport = new KubernetesTransport(this.kubeConfig);
  }

  static async start(handler: Handler, user: object = { token: 'secret' }): Promise<FakeApiServer> {
    const server = createServer(
      (request, response) => void see(request).then((seen) => (fake.requests.push(seen), handler(seen, response))),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const fake = new FakeApiServer(server, user);
    return fake;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export function kubeConfigFor(server: string, user: object = {}): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [{ name: 'test', server, skipTLSVerify: true }],
    users: [{ name: 'test', ...user }],
    contexts: [{ name: 'test', cluster: 'test', user: 'test' }],
    currentContext: 'test',
  });
  return kubeConfig;
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
