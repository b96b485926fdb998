import type { Dispatcher } from 'undici';
import type { Metrics } from '../api/metrics.ts';
import { explainFailure, type FailedCall } from './explain-failure.ts';
import { hasHttpStatus, KubernetesCredentialsError } from './errors.ts';
import type { ClusterAccess } from './kube-config/cluster-access.ts';
import { areSame, KubernetesCredentials, proxyOf, type Credentials } from './kubernetes-credentials.ts';
import { apiErrorOf, notJson, readText } from './read-response.ts';
import { abortable } from '../lib/abortable.ts';
import { CallDeadline } from '../lib/call-deadline.ts';
import { timed, type Ended } from '../lib/timed.ts';
import { withoutSecrets } from '../lib/without-secrets.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
/** Larger than any single object (etcd accepts 1.5 MiB), in bytes. */
const DEFAULT_RESPONSE_BYTES = 8 * 1024 * 1024;

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface KubernetesRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Absolute path at the API server, e.g. `/version`. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default `application/json`; required for a PATCH. */
  readonly contentType?: string;
  /** Timeout of the whole call including its body, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number;
  /** Maximum size of the answer, in bytes. Default: 8 MiB. */
  readonly maxResponseBytes?: number;
  readonly signal?: AbortSignal;
}

export interface StreamRequest {
  readonly path: string;
  readonly query?: Query;
  /** Timeout from the opened stream to its last byte, in milliseconds. */
  readonly deadlineMs: number;
  /** Maximum time between two chunks, in milliseconds. After that the connection counts as dead. */
  readonly idleMs: number;
  readonly signal?: AbortSignal;
}

export interface TransportOptions {
  /**
   * Whether an exec plugin may ask a person. Waiting for the person is not part of a call's timeout. Default: false.
   */
  readonly isAttended?: boolean;
  /**
   * Timeout of calls that name none, and of the opening of a stream, in milliseconds; calls that name a longer one get
   * this one. Default: 10,000, and calls get what they name.
   */
  readonly timeoutMs?: number | undefined;
  /** Counts and times the requests. Unset: nothing is measured. */
  readonly metrics?: Metrics | undefined;
}

/**
 * Authenticated HTTP to one API server. All calls of this process share its sockets, and each stream has one of its own.
 * Nothing is retried here, except once after a 401, if the credentials that are read again are other ones.
 */
export class KubernetesTransport {
  /**
   * The server's URL without credentials and trailing slash; may have a path (a proxy in front of several clusters).
   */
  readonly server: string;
  readonly #userName: string;
  readonly #credentials: KubernetesCredentials;
  readonly #metrics: Metrics | undefined;
  readonly #isAttended: boolean;
  readonly #timeoutMs: number | undefined;

  /**
   * @param access - As `loadKubeConfig` returns it.
   * @throws EgressProxyError when HTTPS_PROXY applies to its server and cannot be used.
   */
  constructor(access: ClusterAccess, { isAttended = false, timeoutMs, metrics }: TransportOptions = {}) {
    proxyOf(access);
    this.#metrics = metrics;
    this.server = access.server;
    this.#userName = access.user.name;
    this.#isAttended = isAttended;
    this.#timeoutMs = timeoutMs;
    this.#credentials = new KubernetesCredentials(access, this.#isAttended);
  }

  /**
   * The bearer token that this process shows the API server. Unset: it has another kind of credential.
   *
   * @throws KubernetesCredentialsError
   */
  async bearerToken(): Promise<string | undefined> {
    return await this.#credentials.bearerToken();
  }

  /**
   * The client certificates in PEM that this process shows the API server. Unset: it has another kind of credential.
   *
   * @throws KubernetesCredentialsError
   */
  async clientCertificates(): Promise<string | undefined> {
    return (await this.#credentials.get()).certificates;
  }

  /**
   * One call, answered by parsed JSON.
   *
   * @throws KubernetesApiError when the server refuses, KubernetesTimeoutError, KubernetesConnectionError,
   * KubernetesCredentialsError, KubernetesResponseError; the signal's reason when the caller aborts.
   */
  async request(request: KubernetesRequest): Promise<unknown> {
    const text = await this.requestText(request);
    try {
      return JSON.parse(text);
    } catch {
      const { secrets } = await this.#credentials.get();
      throw notJson(text, { call: `${request.method} ${request.path}`, secrets });
    }
  }

  /** As `request`, with the answer as the server wrote it. */
  async requestText(request: KubernetesRequest): Promise<string> {
    const { method, path, timeoutMs = this.#timeoutMs ?? DEFAULT_TIMEOUT_MS } = request;
    const { maxResponseBytes = DEFAULT_RESPONSE_BYTES } = request;
    const call = `${method} ${path}`;
    using deadline = new CallDeadline(Math.min(timeoutMs, this.#timeoutMs ?? Infinity), request.signal);
    try {
      const answer = await this.#send(request, { on: 'dispatcher', deadline, bodyTimeout: 0 });
      return await readText(answer.body, maxResponseBytes, call);
    } catch (error) {
      throw explainFailure(error, { call, server: this.server, signal: request.signal });
    }
  }

  /**
   * Opens a stream, for which credentials and server have 10 s, and returns its chunks until the server ends it.
   *
   * @throws as `request` does, also between chunks; KubernetesTimeoutError past `deadlineMs` or `idleMs`.
   */
  async openStream(request: StreamRequest): Promise<AsyncIterable<Buffer>> {
    const { path, query, deadlineMs, idleMs, signal } = request;
    // Of the opening first: a refusal, whose body may stall, must not take as long as a stream.
    const deadline = new CallDeadline(Math.min(this.#timeoutMs ?? DEFAULT_TIMEOUT_MS, deadlineMs), signal);
    const bounds: Bounds = { on: 'watchDispatcher', deadline, bodyTimeout: idleMs };
    const failure = { call: `GET ${path}`, server: this.server, signal };
    try {
      const answer = await this.#send({ method: 'GET', path, query, signal }, bounds);
      deadline.restart(deadlineMs);
      return chunksOf(answer.body, deadline, failure);
    } catch (error) {
      deadline[Symbol.dispose]();
      throw explainFailure(error, failure);
    }
  }

  /** Closes all sockets immediately; calls in progress fail. */
  async close(): Promise<void> {
    await this.#credentials.close();
  }

  async #send(request: KubernetesRequest, bounds: Bounds): Promise<Dispatcher.ResponseData> {
    const first = await this.#credentialsWithin(bounds.deadline, request.signal);
    try {
      return await this.#sendOnce(request, bounds, first);
    } catch (error) {
      if (!hasHttpStatus(error, 401)) throw error;
      this.#credentials.forget(first);
      const second = await this.#credentialsWithin(bounds.deadline, request.signal);
      if (areSame(first, second)) throw error;
      return await this.#sendOnce(request, bounds, second);
    }
  }

  /** A person may take any time to give credentials, a program may not: the wait for it is part of the call. */
  async #credentialsWithin(deadline: CallDeadline, signal: AbortSignal | undefined): Promise<Credentials> {
    if (this.#isAttended) deadline.pause();
    try {
      return await abortable(this.#credentials.get(), deadline.signal);
    } catch (error) {
      if (!deadline.signal.aborted || signal?.aborted) throw error;
      throw new KubernetesCredentialsError(
        `The exec plugin of kubeconfig user "${this.#userName}" has not ended within ${deadline.milliseconds} ms. Run it by hand, and check its entry in the kubeconfig.`,
      );
    } finally {
      if (this.#isAttended) deadline.restart();
    }
  }

  async #sendOnce(
    request: KubernetesRequest,
    { on, deadline: { signal }, bodyTimeout }: Bounds,
    credentials: Credentials,
  ): Promise<Dispatcher.ResponseData> {
    const { method, path, query, body, contentType = 'application/json' } = request;
    const url = new URL(this.server + path);
    const sent = credentials[on].request({
      signal,
      headersTimeout: 0,
      bodyTimeout,
      method,
      origin: url.origin,
      path: url.pathname + searchOf(query),
      headers: {
        ...credentials.headers,
        ...credentials.impersonation,
        accept: 'application/json',
        'user-agent': 'sei-node-tasks',
        ...(body !== undefined && { 'content-type': contentType }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const verb = query?.['watch'] ? 'WATCH' : method;
    const answer = await timed(sent, (ended, seconds) => this.#measure(verb, ended, seconds));
    if (answer.statusCode < 300) return answer;
    const call = `${method} ${path}`;
    const text = withoutSecrets(await readText(answer.body, DEFAULT_RESPONSE_BYTES, call), credentials.secrets);
    throw apiErrorOf(call, answer.statusCode, { headers: answer.headers, text });
  }

  #measure(verb: string, ended: Ended<Dispatcher.ResponseData>, seconds: number): void {
    const code = ended.ok ? String(ended.answer.statusCode) : 'none';
    this.#metrics?.count('sei_kubernetes_requests_total', { verb, code });
    this.#metrics?.record('sei_kubernetes_request_duration_seconds', { verb }, seconds);
  }
}

interface Bounds {
  readonly on: 'dispatcher' | 'watchDispatcher';
  /** Of a whole call; of a stream, until it is open or its refusal is read. */
  readonly deadline: CallDeadline;
  /** undici's timeout between two chunks of a body, in milliseconds. 0: no timeout of its own. */
  readonly bodyTimeout: number;
}

/** @param deadline - Disposed of with the stream. */
async function* chunksOf(
  body: AsyncIterable<Buffer>,
  deadline: CallDeadline,
  failure: FailedCall,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw explainFailure(error, failure);
  } finally {
    deadline[Symbol.dispose]();
  }
}

function searchOf(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size > 0 ? `?${parameters.toString()}` : '';
}
