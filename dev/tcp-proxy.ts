import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../dev/free-port.ts';

/** A port that is closed at first, and can be made one that never answers, or one that leads to a server. */
export class TcpProxy {
  readonly port: number;
  /** Connections that were taken so far. */
  accepted = 0;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async create(): Promise<TcpProxy> {
    return new TcpProxy(await freePort());
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Takes connections and never answers. */
  async beSilent(): Promise<void> {
    await this.#listen(() => {});
  }

  /** Leads to `host:port`. */
  async leadTo(address: string): Promise<void> {
    const [host, port] = address.split(':');
    await this.#listen((socket) => {
      const upstream = this.#keep(connect(Number(port), host));
      socket.pipe(upstream).pipe(socket);
    });
  }

  /** Closes the port and all connections. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
  }

  async #listen(take: (socket: Socket) => void): Promise<void> {
    await this.close();
    this.#server = createServer((socket) => {
      this.accepted += 1;
      take(this.#keep(socket));
    });
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
