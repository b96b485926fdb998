import { connect } from 'node:net';
import { createServer, type Server } from 'node:tls';
import type { Identity } from './certificate-authority.ts';
import { closeServer, listenLocally, portOf } from './local-server.ts';

/** TLS in front of a server that speaks without, at `https` instead of its `http`. */
export class TlsFront implements AsyncDisposable {
  readonly #upstream: URL;
  readonly #server: Server;
  readonly #sockets = new Set<{ destroy(): void }>();

  private constructor(upstreamUrl: string, { certificate: cert, key }: Identity) {
    this.#upstream = new URL(upstreamUrl);
    this.#server = createServer({ cert, key }, (socket) => {
      const upstream = connect(Number(this.#upstream.port), this.#upstream.hostname);
      for (const [one, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => one.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    // A client that does not like the certificate.
    this.#server.on('tlsClientError', () => {});
  }

  static async listen(upstreamUrl: string, identity: Identity): Promise<TlsFront> {
    const front = new TlsFront(upstreamUrl, identity);
    await listenLocally(front.#server);
    return front;
  }

  get url(): string {
    return `https://127.0.0.1:${portOf(this.#server)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await closeServer(this.#server);
  }
}
