import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

/** An HTTP proxy that leads every CONNECT to one local port, whatever was asked for. */
export class ConnectProxy implements AsyncDisposable {
  /** Number of CONNECT requests so far. */
  connected = 0;
  readonly #server;

  private constructor(upstreamPort: number) {
    this.#server = createServer().on('connect', (_, socket) => {
      this.connected += 1;
      const upstream = connect(upstreamPort, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [socket, upstream]) end.on('error', () => end.destroy());
    });
  }

  static async listen(upstreamPort: number): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(upstreamPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
