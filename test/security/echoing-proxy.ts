import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer,
  request as requestHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { closeServer, listenLocally, portOf } from '../support/local-server.ts';

export interface EchoedRequest {
  readonly method: string;
  readonly path: string;
}

/** What is answered in place of the server; `dropped` = the connection ends. */
export type EchoedAnswer = { readonly status: number; readonly body: string } | 'dropped' | undefined;

type Answer = (request: EchoedRequest, echo: string) => EchoedAnswer;

/**
 * Stands before a server and can answer in its place with what it was sent, as careless servers do: the headers as they
 * came, and the credentials in them in base64 and URL-encoded.
 */
export class EchoingProxy implements AsyncDisposable {
  /** Answers that were given in place of the server. */
  echoed = 0;
  readonly #upstream: { readonly url: string; readonly ca?: Buffer };
  readonly #answer: Answer;
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response));

  private constructor({ url, caFile }: { url: string; caFile?: string }, answer: Answer) {
    this.#upstream = { url, ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }) };
    this.#answer = answer;
  }

  /** @param answer - Given what would be a server's careless words about the request. */
  static async listen(upstream: { url: string; caFile?: string }, answer: Answer): Promise<EchoingProxy> {
    const proxy = new EchoingProxy(upstream, answer);
    await listenLocally(proxy.#server);
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeServer(this.#server);
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = incoming;
    const answer = this.#answer({ method, path }, echoOf(headers.authorization ?? '', headers));
    if (answer !== undefined) this.echoed += 1;
    if (answer === 'dropped') response.destroy();
    else if (answer !== undefined) response.writeHead(answer.status).end(answer.body);
    else await this.#forward(incoming, response).catch(() => response.destroy());
  }

  async #forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers } = incoming;
    const target = new URL(`${this.#upstream.url}${url}`);
    const { ca } = this.#upstream;
    const outgoing =
      target.protocol === 'https:'
        ? requestHttps(target, { method, headers, ...(ca && { ca }) })
        : requestHttp(target, { method, headers });
    const [answer] = (await Promise.all([once(outgoing, 'response'), pipeline(incoming, outgoing)]).then(
      ([[first]]) => [first],
    )) as [IncomingMessage];
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    await pipeline(answer, response);
  }
}

function echoOf(authorization: string, headers: object): string {
  const token = authorization.replace(/^\w+ /, '');
  const forms = [
    token,
    Buffer.from(token).toString('base64'),
    encodeURIComponent(token),
    Buffer.from(authorization).toString('base64'),
  ];
  return `you sent ${forms.join(' and ')} in ${JSON.stringify(headers)}`;
}
