import type { Dispatcher } from 'undici';
import type { NodeReference } from '../api/node-reference.ts';
import { printable } from '../lib/printable.ts';
import { readAtMost } from '../lib/read-at-most.ts';
import { CallDeadline } from '../lib/call-deadline.ts';
import { parseLatestHeight } from './chain/parse-status.ts';
import { rpcResult, type RpcResult } from './chain/rpc-result.ts';
import type { NodeUrlTemplate } from './node-url-template.ts';

/** In milliseconds. Short, because the height is optional and must not delay the end of a task. */
const CALL_TIMEOUT_MS = 2_000;
/** A status is about 2 kB, a commit or a page of a hundred validators about 30 kB. */
const ANSWER_BYTES = 256 * 1024;

export interface SeidRpcOptions {
  readonly urlTemplate: NodeUrlTemplate;
  readonly dispatcher: Dispatcher;
}

/** seid's CometBFT RPC. It needs no credentials. Redirects are not followed. */
export class SeidRpc {
  readonly #options: SeidRpcOptions;

  constructor(options: SeidRpcOptions) {
    this.#options = options;
  }

  /**
   * The result of a call by GET. The result can be anything: its reader has to check it.
   *
   * @param query - Parameters by name. Strings have to be in double quotes.
   * @throws the signal's reason when it is aborted; nothing else.
   */
  async call(
    node: NodeReference,
    { method, query = {} }: { readonly method: string; readonly query?: Readonly<Record<string, string | number>> },
    signal: AbortSignal,
  ): Promise<RpcResult> {
    using deadline = new CallDeadline(CALL_TIMEOUT_MS, signal);
    try {
      const url = new URL(this.#options.urlTemplate.urlOf(node, `/${method}`));
      const response = await this.#options.dispatcher.request({
        origin: url.origin,
        path: url.pathname,
        query,
        method: 'GET',
        headers: { accept: 'application/json' },
        signal: deadline.signal,
      });
      const text = await readAtMost(response.body, ANSWER_BYTES);
      if (text === undefined) return { problem: `more than ${ANSWER_BYTES} bytes` };
      return response.statusCode === 200 ? rpcResult(text) : { problem: `HTTP status ${response.statusCode}` };
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.signal.aborted) return { problem: `no complete answer within ${CALL_TIMEOUT_MS / 1000} s` };
      return { problem: printable(error instanceof Error ? error.message : String(error), 200) || 'no answer' };
    }
  }

  /** The latest block height; `undefined` when seid does not report one. It is never estimated. */
  async latestHeight(node: NodeReference, signal: AbortSignal): Promise<number | undefined> {
    const answer = await this.call(node, { method: 'status' }, signal);
    return 'result' in answer ? parseLatestHeight(answer.result) : undefined;
  }
}
