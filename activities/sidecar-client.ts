import type { Metrics } from '../api/metrics.ts';
import type { NodeReference } from '../api/node-reference.ts';
import type { Dispatcher } from 'undici';
import { parsedJson } from '../lib/parsed-json.ts';
import { printable } from '../lib/printable.ts';
import { sidecarTaskListSchema, type HeldTask } from '../api/sidecar/sidecar-activity.ts';
import { sidecarErrorSchema, sidecarTaskSchema, type SidecarTask } from '../api/sidecar/sidecar-task.ts';
import { readAtMost } from '../lib/read-at-most.ts';
import { timed, type Ended } from '../lib/timed.ts';
import { tokenAudiences } from '../lib/token-audiences.ts';
import { withoutSecrets } from '../lib/without-secrets.ts';
import type { BearerToken } from './bearer-token.ts';
import { CallDeadline } from '../lib/call-deadline.ts';
import { SidecarError } from './errors.ts';
import type { NodeUrlTemplate } from './node-url-template.ts';
import { trustProblem } from './sidecar-trust.ts';
import { taskBody, type IdentifiedTask } from './task-body.ts';

/** Timeout of one call, in milliseconds: a sidecar answers from memory, and a heartbeat is due every 15 s. */
const CALL_TIMEOUT_MS = 5_000;
/**
 * Maximum size of an answer about one task, in bytes. Most have some hundred bytes; the params of a large proposal stay
 * far below this.
 */
const ANSWER_BYTES = 1024 * 1024;
/** Maximum size of a list of a hundred tasks, in bytes. */
const LIST_BYTES = 16 * 1024 * 1024;
/** Maximum `Retry-After` that is honoured, in milliseconds: a wait that is not taken off may still stop seid. */
const LONGEST_RETRY_AFTER_MS = 30_000;
/** The sidecar's error for a task store that could not write at the moment (contract §3). */
const PASSING_REFUSAL = 'persist task';

export interface SidecarClientOptions {
  readonly urlTemplate: NodeUrlTemplate;
  readonly dispatcher: Dispatcher;
  /** Unset: calls have no token, as on a laptop. */
  readonly token?: BearerToken | undefined;
  /** Counts and times the requests. Unset: nothing is measured. */
  readonly metrics?: Metrics | undefined;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  /** Maximum size of the answer, in bytes. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** From the `Retry-After` header, in milliseconds; at most 30,000. */
  readonly retryAfterMs?: number;
  /** The token that was sent; never shown. */
  readonly token: string | undefined;
}

/**
 * The sidecar's HTTP API (contract §3). Every call has a timeout and a maximum answer size.
 *
 * All methods throw SidecarError for an answer that the contract does not know, and when there is no answer.
 */
export class SidecarClient {
  readonly #options: SidecarClientOptions;

  constructor(options: SidecarClientOptions) {
    this.#options = options;
  }

  /** @returns `undefined` when the sidecar answers that it does not know the task. */
  async getTask(node: NodeReference, id: string, signal: AbortSignal): Promise<SidecarTask | undefined> {
    const answer = await this.#call(node, { method: 'GET', path: `/v0/tasks/${encodeURIComponent(id)}`, signal });
    if (answer.status === 404 && errorWords(answer.text) !== undefined) return undefined;
    const task = answer.status === 200 ? sidecarTaskSchema.safeParse(parsedJson(answer.text)) : undefined;
    if (task?.success && task.data.id === id) return task.data;
    throw unexpected(node, 'GET', answer);
  }

  /** The sidecar's tasks, newest first; at most 100 (contract §3). */
  async listTasks(node: NodeReference, signal: AbortSignal): Promise<HeldTask[]> {
    const answer = await this.#call(node, { method: 'GET', path: '/v0/tasks', signal, maxBytes: LIST_BYTES });
    const tasks = answer.status === 200 ? sidecarTaskListSchema.safeParse(parsedJson(answer.text)) : undefined;
    if (tasks?.success) return tasks.data;
    throw unexpected(node, 'GET', answer);
  }

  /**
   * Sends a task. Not cancellable: once it was sent, its result must be known.
   *
   * @returns `accepted`, or the error with which the sidecar refuses the task permanently.
   */
  async postTask(node: NodeReference, task: IdentifiedTask): Promise<'accepted' | { readonly refused: string }> {
    const answer = await this.#call(node, { method: 'POST', path: '/v0/tasks', body: taskBody(task) });
    if (answer.status === 201 || answer.status === 202) return 'accepted';
    const words = answer.status === 400 ? errorWords(answer.text) : undefined;
    if (words !== undefined && !words.startsWith(PASSING_REFUSAL)) return { refused: words };
    throw unexpected(node, 'POST', answer);
  }

  /**
   * Takes a task off the sidecar.
   *
   * @returns `false` when the sidecar answers that it does not know the task.
   */
  async deleteTask(node: NodeReference, id: string, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#call(node, { method: 'DELETE', path: `/v0/tasks/${encodeURIComponent(id)}`, signal });
    if (answer.status === 204) return true;
    if (answer.status === 404 && errorWords(answer.text) !== undefined) return false;
    throw unexpected(node, 'DELETE', answer);
  }

  /** Whether `/v0/livez` answers 200. */
  async isAlive(node: NodeReference, signal: AbortSignal): Promise<boolean> {
    const answer = await this.#call(node, { method: 'GET', path: '/v0/livez', signal });
    return answer.status === 200;
  }

  async #call(node: NodeReference, call: Call): Promise<Answer> {
    const answer = await this.#send(node, call);
    if (answer.status !== 401 || this.#options.token === undefined) return answer;
    this.#options.token.reset();
    return await this.#send(node, call);
  }

  async #send(node: NodeReference, call: Call): Promise<Answer> {
    const { urlTemplate, dispatcher } = this.#options;
    const { maxBytes = ANSWER_BYTES } = call;
    const url = new URL(urlTemplate.urlOf(node, call.path));
    const beganAt = performance.now();
    const token = await this.#options.token?.get();
    // The timer of the timeout fires too late in a process that was paused here: another one may act by now.
    if (performance.now() - beganAt > CALL_TIMEOUT_MS) throw notMade(`${call.method} ${url.origin}${url.pathname}`);
    using deadline = new CallDeadline(CALL_TIMEOUT_MS, call.signal);
    try {
      const sent = dispatcher.request({
        origin: url.origin,
        path: url.pathname,
        method: call.method,
        headers: headersOf(call, token),
        body: call.body ?? null,
        signal: deadline.signal,
      });
      const response = await timed(sent, (ended, seconds) => this.#measure(call.method, ended, seconds));
      const text = await readAtMost(response.body, maxBytes);
      if (text !== undefined)
        return {
          status: response.statusCode,
          text: withoutSecrets(text, token === undefined ? [] : [token]),
          token,
          ...retryAfter(response.headers),
        };
      throw new SidecarError(
        'SIDECAR_UNREADABLE_ANSWER',
        `the answer is larger than ${maxBytes} bytes and was not read`,
      );
    } catch (cause) {
      call.signal?.throwIfAborted();
      throw failureOf(`${call.method} ${url.origin}${url.pathname}`, cause, deadline.signal.aborted);
    }
  }

  #measure(verb: string, ended: Ended<Dispatcher.ResponseData>, seconds: number): void {
    const { metrics } = this.#options;
    const code = ended.ok ? String(ended.answer.statusCode) : 'none';
    metrics?.count('sei_sidecar_requests_total', { verb, code });
    metrics?.record('sei_sidecar_request_duration_seconds', { verb }, seconds);
  }
}

function notMade(call: string): SidecarError {
  return new SidecarError(
    'SIDECAR_CALL_TIMEOUT',
    `${call}: this process was paused before the call, which was not made`,
    {
      mayHaveArrived: false,
    },
  );
}

/** Only whole seconds: sidecars do not send dates. */
function retryAfter(headers: Dispatcher.ResponseData['headers']): { retryAfterMs?: number } {
  const seconds = /^\d+$/.exec(String(headers['retry-after'] ?? ''))?.[0];
  return seconds === undefined ? {} : { retryAfterMs: Math.min(LONGEST_RETRY_AFTER_MS, 1_000 * Number(seconds)) };
}

function headersOf({ body }: Call, token: string | undefined): Record<string, string> {
  return {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

/** Codes of failures without a connection, or before any part of the request was sent. */
const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];

function failureOf(call: string, cause: unknown, timedOut: boolean): SidecarError {
  if (cause instanceof SidecarError) return cause;
  if (timedOut) {
    return new SidecarError('SIDECAR_CALL_TIMEOUT', `${call}: no complete answer within ${CALL_TIMEOUT_MS / 1000} s`);
  }
  const untrusted = cause instanceof Error ? trustProblem(cause) : undefined;
  if (untrusted !== undefined)
    return new SidecarError('SIDECAR_UNTRUSTED', `${call}: ${untrusted}`, { mayHaveArrived: false });
  const words = cause instanceof Error ? cause.message : String(cause);
  return new SidecarError('SIDECAR_UNREACHABLE', `${call}: ${printable(words || 'connection failed', 200)}`, {
    mayHaveArrived: !isNotSent(cause),
  });
}

/** A name with several addresses fails with one error that wraps all of them. */
function isNotSent(cause: unknown): boolean {
  if (cause instanceof AggregateError && cause.errors.length > 0) return cause.errors.every(isNotSent);
  return NOT_SENT.includes((cause as NodeJS.ErrnoException).code ?? '');
}

function errorWords(text: string): string | undefined {
  const parsed = sidecarErrorSchema.safeParse(parsedJson(text));
  return parsed.success ? printable(parsed.data.error) : undefined;
}

function unexpected(node: NodeReference, method: string, answer: Answer): SidecarError {
  const quoted = `"${printable(answer.text, 200)}"`;
  if (answer.status === 401) {
    return new SidecarError(
      'SIDECAR_UNAUTHORIZED',
      `the sidecar's proxy refused ${refusedToken(quoted, answer.token)}`,
      {
        mayHaveArrived: false,
      },
    );
  }
  if (answer.status === 403) {
    const verb = { GET: 'get', POST: 'create', DELETE: 'delete' }[method] ?? method;
    return new SidecarError(
      'SIDECAR_FORBIDDEN',
      `the sidecar's proxy refused (403 ${quoted}): the service's account needs the verb ${verb} on ` +
        `seinodetasks.sei.io named ${node.name} in namespace ${node.namespace}`,
      { mayHaveArrived: false },
    );
  }
  const code = answer.status < 300 ? 'SIDECAR_UNREADABLE_ANSWER' : 'SIDECAR_UNEXPECTED_STATUS';
  return new SidecarError(
    code,
    `${method} was answered ${answer.status} ${quoted}; check what answers at SIDECAR_URL_TEMPLATE`,
    {
      retryAfterMs: answer.retryAfterMs,
    },
  );
}

/** A proxy gives the same answer for a token that has expired and for one of another audience. */
function refusedToken(quoted: string, token: string | undefined): string {
  const audiences = token === undefined ? [] : (tokenAudiences(token) ?? []);
  if (audiences.length === 0) return `the token (401 ${quoted}); check SIDECAR_TOKEN_FILE`;
  return (
    `the token for the audience ${printable(audiences.join(', '), 200)} (401 ${quoted}); ` +
    "check SIDECAR_TOKEN_FILE and the proxy's --auth-token-audiences"
  );
}
