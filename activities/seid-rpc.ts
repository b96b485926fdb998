import type { NodeReference } from '../api/node-reference.ts';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { readAtMost } from '../lib/read-at-most.ts';
import { CallDeadline } from '../lib/call-deadline.ts';
import type { NodeUrlTemplate } from './node-url-template.ts';

/** In milliseconds. Short, because the height is optional and must not delay the end of a task. */
const CALL_TIMEOUT_MS = 2_000;
/** A status is about 2 kB. */
const ANSWER_BYTES = 256 * 1024;

const status = z.object({
  sync_info: z.object({
    latest_block_height: z
      .string()
      .regex(/^[1-9]\d{0,14}$/)
      .transform(Number),
  }),
});
/** On Sei the body sometimes comes without the JSON-RPC wrapper (contract §3). */
const answer = z.union([z.object({ result: status }).transform(({ result }) => result), status]);

export interface SeidRpcOptions {
  readonly urlTemplate: NodeUrlTemplate;
  readonly dispatcher: Dispatcher;
}

/** seid's CometBFT RPC. It needs no credentials. */
export class SeidRpc {
  readonly #options: SeidRpcOptions;

  constructor(options: SeidRpcOptions) {
    this.#options = options;
  }

  /** The latest block height; `undefined` when seid does not report one. It is never estimated. */
  async latestHeight(node: NodeReference, signal: AbortSignal): Promise<number | undefined> {
    using deadline = new CallDeadline(CALL_TIMEOUT_MS, signal);
    try {
      const url = new URL(this.#options.urlTemplate.urlOf(node, '/status'));
      const response = await this.#options.dispatcher.request({
        origin: url.origin,
        path: url.pathname,
        method: 'GET',
        headers: { accept: 'application/json' },
        signal: deadline.signal,
      });
      const text = await readAtMost(response.body, ANSWER_BYTES);
      const read = response.statusCode === 200 && text !== undefined ? answer.safeParse(JSON.parse(text)) : undefined;
      return read?.data?.sync_info.latest_block_height;
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }
}
