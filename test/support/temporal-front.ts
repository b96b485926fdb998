import {
  connect,
  createSecureServer,
  type ClientHttp2Session,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Identity } from './certificate-authority.ts';
import { closeServer, listenLocally, portOf } from './local-server.ts';

/** Of gRPC. */
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

export interface TemporalFrontOptions {
  /** `host:port` of the server, which speaks without TLS. */
  readonly address: string;
  readonly identity: Identity;
  /** Certificate of the CA that clients' certificates have to come from, in PEM. Unset: clients need none. */
  readonly clientAuthority?: string;
  /** What calls must bring as bearer token. */
  readonly apiKey?: string;
  /** Paths of the calls that nobody may make, as Temporal Cloud refuses those of the operator service. */
  readonly refuses?: (path: string) => boolean;
}

/** TLS in front of a Temporal server, as Temporal Cloud has it: client certificates, API keys or both. */
export class TemporalFront implements AsyncDisposable {
  /** Common names of the clients' certificates that were let in. */
  readonly clients = new Set<string>();
  /** Headers `authorization` that came, also those that were refused. */
  readonly authorizations = new Set<string | undefined>();
  /** What calls must bring as bearer token; may change. */
  apiKey: string | undefined;
  readonly #refuses: (path: string) => boolean;
  readonly #upstream: ClientHttp2Session;
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<{ destroy(): void }>();

  private constructor({ address, identity, clientAuthority, apiKey, refuses = () => false }: TemporalFrontOptions) {
    this.apiKey = apiKey;
    this.#refuses = refuses;
    this.#upstream = connect(`http://${address}`);
    this.#server = createSecureServer({
      cert: identity.certificate,
      key: identity.key,
      ...(clientAuthority === undefined ? {} : { ca: clientAuthority, requestCert: true, rejectUnauthorized: true }),
    });
    this.#server.on('secureConnection', (socket) => {
      const { CN } = socket.getPeerCertificate().subject ?? {};
      if (typeof CN === 'string') this.clients.add(CN);
    });
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
      session.on('error', () => session.destroy());
    });
    this.#server.on('stream', (stream, headers) => this.#take(stream, headers));
  }

  static async listen(options: TemporalFrontOptions): Promise<TemporalFront> {
    const front = new TemporalFront(options);
    await listenLocally(front.#server);
    return front;
  }

  get address(): string {
    return `127.0.0.1:${portOf(this.#server)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.#upstream.destroy();
    await closeServer(this.#server);
  }

  #take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => stream.destroy());
    this.authorizations.add(headers.authorization);
    if (this.apiKey !== undefined && headers.authorization !== `Bearer ${this.apiKey}`)
      // A careless server quotes what it refuses.
      refuse(stream, UNAUTHENTICATED, `the API key was not accepted: ${headers.authorization}`);
    else if (this.#refuses(String(headers[':path']))) refuse(stream, PERMISSION_DENIED, 'Request unauthorized.');
    else this.#forward(stream, headers);
  }

  #forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const call = this.#upstream.request(headers);
    let trailers: IncomingHttpHeaders = {};
    call.on('error', () => stream.close());
    stream.on('close', () => call.close());
    call.on('trailers', (received) => (trailers = received));
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    call.on('response', (received, flags) => {
      const isWhole = call.readableEnded || (flags & 1) === 1;
      stream.respond(received, isWhole ? { endStream: true } : { waitForTrailers: true });
      if (!isWhole) call.pipe(stream);
    });
    stream.pipe(call);
  }
}

function refuse(stream: ServerHttp2Stream, code: number, words: string): void {
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': code, 'grpc-message': words },
    { endStream: true },
  );
}
