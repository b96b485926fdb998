import { createServer } from 'node:http';
import { connect } from 'node:net';
import { closeServer, listenLocally, portOf } from './local-server.ts';

/** An HTTP proxy that leads every CONNECT to one local port, whatever was asked for. */
export class ConnectProxy implements AsyncDisposable {
  /** `host:port` of each CONNECT so far. */
  readonly targets: string[] = [];
  readonly #sockets = new Set<{ destroy(): void }>();
  readonly #server;

  private constructor(upstreamPort: number) {
    this.#server = createServer().on('connect', (request, socket) => {
      this.targets.push(request.url ?? '');
      const upstream = connect(upstreamPort, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [socket, upstream]) {
        this.#sockets.add(end);
        end.on('error', () => end.destroy());
        end.on('close', () => this.#sockets.delete(end));
      }
    });
  }

  static async listen(upstreamPort: number): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(upstreamPort);
    await listenLocally(proxy.#server);
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await closeServer(this.#server);
  }
}
