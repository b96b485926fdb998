import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { now } from '../dev/now.ts';

const PREFIX = '/registry/sei.io/';
const RETRY_MS = 200;

/** A resource as etcd holds it after a change; the API server keeps custom resources as JSON. */
export interface StoredState {
  readonly at: number;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  /** Unset: it was deleted. */
  readonly object?: { readonly metadata: { readonly uid: string; readonly creationTimestamp: string } } & Readonly<
    Record<string, unknown>
  >;
}

const changesSchema = z.object({
  result: z.object({
    /** Set where what is asked for is too old to be there. */
    compact_revision: z.coerce.number().default(0),
    events: z
      .array(
        z.object({
          type: z.string().optional(),
          kv: z.object({ key: z.string(), value: z.string().optional(), mod_revision: z.coerce.number() }),
        }),
      )
      .default([]),
  }),
});

const encode = (text: string): string => Buffer.from(text).toString('base64');
const decode = (text: string): string => Buffer.from(text, 'base64').toString();

/**
 * Every change of our resources, past the API server: nothing is missed while that is away, and nothing depends on the
 * client that is tested. etcd itself may come and go.
 */
export class EtcdHistory implements AsyncDisposable {
  readonly #url: string;
  readonly #onState: (state: StoredState) => void;
  readonly #stop = new AbortController();
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  readonly #stopped: Promise<void>;
  #nextRevision = 1;

  /** @param onState - Told of every change from the beginning, in order. */
  constructor(url: string, onState: (state: StoredState) => void) {
    this.#url = url;
    this.#onState = onState;
    this.#stopped = this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#agent.destroy();
    await this.#stopped;
  }

  async #follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#watch().catch(() => undefined);
      await sleep(RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #watch(): Promise<void> {
    const { body } = await request(`${this.#url}/v3/watch`, {
      method: 'POST',
      dispatcher: this.#agent,
      signal: this.#stop.signal,
      body: JSON.stringify({
        create_request: {
          key: encode(PREFIX),
          range_end: encode(PREFIX.replace(/\/$/, '0')),
          start_revision: this.#nextRevision,
        },
      }),
    });
    body.setEncoding('utf8');
    let rest = '';
    for await (const chunk of body) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    }
  }

  #take(line: string): void {
    const { compact_revision: oldest, events } = changesSchema.parse(JSON.parse(line)).result;
    this.#nextRevision = Math.max(this.#nextRevision, oldest);
    for (const { type, kv } of events) {
      this.#nextRevision = kv.mod_revision + 1;
      const [plural = '', namespace = '', name = ''] = decode(kv.key).slice(PREFIX.length).split('/');
      const object = type === 'DELETE' ? {} : { object: JSON.parse(decode(kv.value ?? '')) };
      this.#onState({ at: now(), plural, namespace, name, ...object });
    }
  }
}
