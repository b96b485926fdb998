import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as requestHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { eventually } from './eventually.ts';
import { closeServer, listenLocally, portOf } from './local-server.ts';

interface GatedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Where a caller is stopped: before its request is carried out, or after, before it gets the answer. */
export interface Stop {
  readonly before?: (request: GatedRequest) => boolean;
  readonly after?: (request: GatedRequest, answer: string) => boolean;
}

/** Requests that are not carried out, or whose answers are lost. */
export interface Refusals {
  readonly matches: (request: GatedRequest) => boolean;
  /** They are carried out, and then the connection breaks. */
  readonly isAnswerLost?: boolean;
  /** Of the answer. Unset: the connection breaks. */
  readonly status?: number;
  /** How many there were. */
  times: number;
}

interface Gate extends Stop {
  isReached: boolean;
  readonly resumed: PromiseWithResolvers<void>;
}

interface Upstream {
  readonly url: string;
  readonly caFile?: string;
}

/** Stands before a server and stops its callers at a chosen request, permanently or until they are resumed. */
export class HttpGate implements AsyncDisposable {
  readonly #upstream: { readonly url: string; readonly ca?: Buffer };
  readonly #gates = new Map<string, Gate>();
  readonly #refusals = new Map<string, Refusals>();
  readonly #server = createServer((request, response) => void this.#handle(request, response));

  private constructor({ url, caFile }: Upstream) {
    this.#upstream = { url, ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }) };
  }

  static async listen(upstream: Upstream): Promise<HttpGate> {
    const gate = new HttpGate(upstream);
    await listenLocally(gate.#server);
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}`;
  }

  /**
   * Lets requests with `name` as a part of their path pass up to the stop; from then on none of them is carried out
   * before `resume`.
   *
   * @returns when the stop is reached.
   */
  async stop(name: string, stop: Stop): Promise<void> {
    const gate: Gate = { ...stop, isReached: false, resumed: Promise.withResolvers() };
    this.#gates.set(name, gate);
    await eventually(`${name} is stopped`, () => gate.isReached);
  }

  /** Refuses matching requests with `name` as a part of their path, until `resume`. */
  refuse(name: string, matches: Refusals['matches'], status?: number): Refusals {
    const refusals: Refusals = { matches, times: 0, ...(status === undefined ? {} : { status }) };
    this.#refusals.set(name, refusals);
    return refusals;
  }

  /** Carries out matching requests with `name` as a part of their path, and loses the answers, until `resume`. */
  loseAnswers(name: string, matches: Refusals['matches']): Refusals {
    const refusals: Refusals = { matches, times: 0, isAnswerLost: true };
    this.#refusals.set(name, refusals);
    return refusals;
  }

  /** Lets all that was stopped continue, also where the caller no longer waits, and no longer refuses anything. */
  resume(name: string): void {
    this.#refusals.delete(name);
    this.#gates.get(name)?.resumed.resolve();
    this.#gates.delete(name);
  }

  /** Breaks all connections; what was stopped is never carried out. */
  async [Symbol.asyncDispose](): Promise<void> {
    await closeServer(this.#server);
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '' } = incoming;
    try {
      const body = await buffer(incoming);
      const request = { method, path, body: body.toString() };
      const refusals = forPath(this.#refusals, path);
      const forward = (): Promise<IncomingMessage> => this.#forward(incoming, body);
      if (refusals?.matches(request)) await refuse(refusals, { forward, response });
      else await this.#carryOut(request, forward, response);
    } catch {
      response.destroy();
    }
  }

  async #carryOut(
    request: GatedRequest,
    forward: () => Promise<IncomingMessage>,
    response: ServerResponse,
  ): Promise<void> {
    const gate = forPath(this.#gates, request.path);
    if (isStopped(gate, () => gate?.before?.(request))) await gate?.resumed.promise;
    const answer = await forward();
    if (gate === undefined) return await pass(answer, response);
    // Nobody may see a part of an answer before it is known whether its caller is stopped.
    const text = await buffer(answer);
    if (isStopped(gate, () => gate.after?.(request, text.toString()))) await gate.resumed.promise;
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
  }

  async #forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const target = new URL(`${this.#upstream.url}${url}`);
    const { ca } = this.#upstream;
    const send = target.protocol === 'https:' ? requestHttps : requestHttp;
    const outgoing = send(target, { method, headers, ...(ca === undefined ? {} : { ca }) }).end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return answer;
  }
}

/** What was arranged for a name that is a part of the path. */
function forPath<Arranged>(arranged: ReadonlyMap<string, Arranged>, path: string): Arranged | undefined {
  const parts = path.split('?', 1).join().split('/');
  return [...arranged].find(([name]) => parts.includes(name))?.[1];
}

async function refuse(
  refusals: Refusals,
  { forward, response }: { readonly forward: () => Promise<IncomingMessage>; readonly response: ServerResponse },
): Promise<void> {
  refusals.times += 1;
  const { status: code, isAnswerLost = false } = refusals;
  if (isAnswerLost) await buffer(await forward());
  if (code === undefined) return void response.destroy();
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Forbidden',
    message: 'refused by a test',
    code,
  };
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(status));
}

/** Whether a gate was reached before, or is now. */
function isStopped(gate: Gate | undefined, reached: () => boolean | undefined): boolean {
  if (gate === undefined) return false;
  gate.isReached ||= reached() ?? false;
  return gate.isReached;
}

async function pass(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.flushHeaders();
  await pipeline(answer, response);
}
