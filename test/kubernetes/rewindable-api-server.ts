import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { FakeApiServer, sendJson, sendStatus, type SeenRequest } from './fake-api-server.ts';
import { RewindableCluster, type Change, type ThingEvent } from './rewindable-cluster.ts';

/** A server may send fewer than a client asks for, in objects. */
const PAGE_SIZE = 2;

/** How a request, whatever it is, goes wrong. */
export type Refusal = keyof typeof refuse;

/** How the watch that is open comes to its end. */
export type Cut = 'in order' | 'reset' | 'within a line' | 'within a line, reset' | 'gone' | 'failed';

/** What a client gets instead of an event. */
export type Garbled = 'half a line' | 'a page' | 'an error' | 'no name';

/** An API server and the proxies before it, at their worst. */
export class RewindableApiServer implements AsyncDisposable {
  readonly cluster = new RewindableCluster();
  readonly api: FakeApiServer;
  /** What the next requests get, in turn. */
  readonly refusals: Refusal[] = [];
  /** Made while a list is read page by page, after its first. */
  betweenPages: readonly Change[] = [];
  /** Whether the continue token of the next list that has one is refused. */
  expiresNextToken = false;
  /** How many answers said Retry-After. */
  toldToWait = 0;
  #watch: { readonly response: ServerResponse; sent: number } | undefined;

  private constructor(api: FakeApiServer) {
    this.api = api;
  }

  static async start(): Promise<RewindableApiServer> {
    const api = await FakeApiServer.start((request, response) => server.#answer(request, response));
    const server = new RewindableApiServer(api);
    return server;
  }

  /** Whether a watch is open and nothing is in the way of it. */
  get isWatched(): boolean {
    return this.#watch !== undefined && this.refusals.length === 0;
  }

  /** Sends the watcher what has happened since, with a pause before each of these bytes. */
  async deliver(pausesBefore: readonly number[] = []): Promise<void> {
    const text = this.#unsent().map(lineOf).join('');
    const cuts = [...new Set(pausesBefore.map((position) => position % (text.length + 1)))].toSorted((a, b) => a - b);
    for (const [index, start] of [0, ...cuts].entries()) {
      this.#watch?.response.write(text.slice(start, cuts[index]));
      await turn();
    }
  }

  /** As `deliver`, but one of the events never arrives. */
  garble(index: number, garbled: Garbled): void {
    const events = this.#unsent();
    const lost = index % (events.length || 1);
    for (const [at, event] of events.entries())
      this.#watch?.response.write(at === lost ? garbledLines[garbled] : lineOf(event));
  }

  /** Sends the watcher an event of the past. */
  sendAgain(revisionsBack: number): void {
    const [event] = this.cluster.eventsSince(this.cluster.revision - revisionsBack) ?? [];
    if (event) this.#watch?.response.write(lineOf(event));
  }

  /** Says how far the cluster is; the watcher gets what comes after that. */
  sendBookmark(): void {
    if (!this.#watch) return;
    this.#watch.sent = this.cluster.revision;
    this.#watch.response.write(
      lineOf({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.cluster.revision) } } }),
    );
  }

  async cut(how: Cut): Promise<void> {
    const response = this.#watch?.response;
    this.#watch = undefined;
    const last = lastWords[how] ?? '';
    if (!how.endsWith('reset')) return void response?.end(last);
    response?.write(last);
    await turn();
    response?.socket?.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
  }

  #unsent(): ThingEvent[] {
    if (this.#watch === undefined) return [];
    const events = this.cluster.eventsSince(this.#watch.sent) ?? [];
    this.#watch.sent = Math.max(this.#watch.sent, this.cluster.revision);
    return events;
  }

  #answer({ query }: SeenRequest, response: ServerResponse): void {
    const refusal = this.refusals.shift();
    if (refusal === 'told to wait') this.toldToWait += 1;
    if (refusal) refuse[refusal](response);
    else if (query['watch'] === 'true') this.#openWatch(Number(query['resourceVersion']), response);
    else if (query['continue'] === undefined)
      this.#list({ revision: this.cluster.revision, start: 0, limit: query['limit'] }, response);
    else this.#listOn(query['continue'], response);
  }

  /** As kube-apiserver: a version that is yet to come is accepted, and nothing is sent before it has come. */
  #openWatch(since: number, response: ServerResponse): void {
    if (this.cluster.eventsSince(since) === undefined)
      return sendStatus(response, 410, 'Expired', `too old resource version: ${since}`);
    response.flushHeaders();
    this.#watch = { response, sent: since };
    response.once('close', () => {
      if (this.#watch?.response === response) this.#watch = undefined;
    });
    void this.deliver();
  }

  #listOn(token: string, response: ServerResponse): void {
    for (const change of this.betweenPages) this.cluster.change(change);
    this.betweenPages = [];
    const [revision = 0, start = 0] = token.split('/').map(Number);
    if (!this.expiresNextToken) return this.#list({ revision, start, limit: 'as before' }, response);
    this.expiresNextToken = false;
    this.cluster.compact();
    sendStatus(response, 410, 'Expired', 'the provided continue parameter is too old');
  }

  #list(
    { revision, start, limit }: { revision: number; start: number; limit: string | undefined },
    response: ServerResponse,
  ): void {
    const all = this.cluster.list(revision);
    const end = limit === undefined ? all.length : start + PAGE_SIZE;
    const next = end < all.length ? { continue: `${revision}/${end}` } : {};
    sendJson(response, 200, { metadata: { resourceVersion: String(revision), ...next }, items: all.slice(start, end) });
  }
}

const lineOf = (event: object): string => `${JSON.stringify(event)}\n`;
const errorLine = (code: number, reason: string): string =>
  lineOf({ type: 'ERROR', object: { kind: 'Status', code, reason, message: reason } });

const garbledLines: Record<Garbled, string> = {
  'half a line': '{"type":"MODIFIED","object":{"metadata":{"na\n',
  'a page': '<html>504 Gateway Time-out</html>\n',
  'an error': errorLine(500, 'InternalError'),
  'no name': lineOf({ type: 'DELETED', object: { metadata: {} } }),
};

const lastWords: Partial<Record<Cut, string>> = {
  'within a line': '{"type":"ADDED","object":{"meta',
  'within a line, reset': '{"type":"ADDED","object":{"meta',
  gone: errorLine(410, 'Expired'),
  failed: errorLine(500, 'InternalError'),
};

const refuse = {
  busy: (response: ServerResponse) => sendStatus(response, 429, 'TooManyRequests'),
  'told to wait': (response: ServerResponse) =>
    sendJson(response, 429, { reason: 'TooManyRequests' }, { 'retry-after': '60' }),
  error: (response: ServerResponse) => sendStatus(response, 500, 'InternalError'),
  overloaded: (response: ServerResponse) => sendStatus(response, 504, 'Timeout', 'Too large resource version'),
  gone: (response: ServerResponse) => sendStatus(response, 410, 'Expired'),
  reset: (response: ServerResponse) => void response.socket?.resetAndDestroy(),
  empty: (response: ServerResponse) => void response.end(),
  'half a line': (response: ServerResponse) => void response.end('{"type":"ADDED","object":{"meta'),
  'a page': (response: ServerResponse) => void response.end('<html>Welcome</html>\n'),
};
