import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { applyDisturbance, type Disturbance, type Passed, type Transfer } from './disturbance.ts';
import { freePort } from './free-port.ts';

/** A port that is closed at first, and can be opened to a server or to nothing that answers. */
export class TcpProxy {
  readonly port: number;
  /** Number of accepted connections so far. */
  accepted = 0;
  /** How many chunks the latest disturbance has affected. */
  disturbed = 0;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #disturbance: Disturbance | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async create(): Promise<TcpProxy> {
    return new TcpProxy(await freePort());
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Accepts connections and never answers. */
  async beSilent(): Promise<void> {
    await this.#listen(() => {});
  }

  /** Leads to `host:port`. */
  async leadTo(address: string): Promise<void> {
    const [host, port] = address.split(':');
    await this.#listen((client) =>
      this.#join({ client, server: this.#keep(connect({ port: Number(port), host, allowHalfOpen: true })) }),
    );
  }

  /** Applies this to everything that is sent, until somebody calls `soothe`. */
  disturb(disturbance: Disturbance): void {
    this.#disturbance = disturbance;
    this.disturbed = 0;
  }

  /** Ends a disturbance. */
  soothe(): void {
    this.#disturbance = undefined;
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
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
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

  #join(ends: Pick<Transfer, 'client' | 'server'>): void {
    const { client, server } = ends;
    client.pipe(this.#passage({ ...ends, direction: 'up' })).pipe(server);
    server.pipe(this.#passage({ ...ends, direction: 'down' })).pipe(client);
    client.on('close', () => server.destroySoon());
    server.on('close', () => client.destroySoon());
  }

  #passage(transfer: Omit<Transfer, 'chunk'>): Transform {
    return new Transform({
      transform: (sent: Buffer, _encoding, done) => {
        const { chunk, afterMs } = this.#pass({ ...transfer, chunk: sent });
        if (afterMs === undefined) done(null, chunk);
        else setTimeout(done, afterMs, null, chunk).unref();
      },
    });
  }

  #pass(transfer: Transfer): Passed {
    const { client, direction, chunk } = transfer;
    const hit = this.#disturbance && applyDisturbance(this.#disturbance, transfer);
    if (hit !== undefined) this.disturbed += 1;
    // A half-closed connection stays half-closed.
    const isTooLate = direction === 'down' && client.writableEnded;
    return hit ?? (isTooLate ? {} : { chunk });
  }
}
