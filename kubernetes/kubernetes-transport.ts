import type { Dispatcher } from 'undici';
import { explainFailure, type FailedCall } from './explain-failure.ts';
import { hasHttpStatus, KubernetesCredentialsError, KubernetesError } from './errors.ts';
import type { ClusterAccess } from './kube-config/cluster-access.ts';
import { areSame, KubernetesCredentials, type Credentials } from './kubernetes-credentials.ts';
import { apiErrorOf, notJson, readText } from './read-response.ts';
import { timerLength } from '../lib/timer-length.ts';
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
  /** Timeout from opening to the last byte, in milliseconds. */
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
}

/**
 * Authenticated HTTP to one API server. All calls of this process share its sockets. Nothing is retried here, except
 * once after a 401, if the credentials that are read again are other ones.
 */
export class KubernetesTransport {
  /**
   * The server's URL without credentials and trailing slash; may have a path (a proxy in front of several clusters).
   */
  readonly server: string;
  readonly #userName: string;
  readonly #credentials: KubernetesCredentials;
  readonly #isAttended: boolean;
  readonly #timeoutMs: number | undefined;

  /** @param access - As `loadKubeConfig` returns it. */
  constructor(access: ClusterAccess, { isAttended = false, timeoutMs }: TransportOptions = {}) {
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
    try {
      const answer = await this.#send(request, {
        deadlineMs: Math.min(timeoutMs, this.#timeoutMs ?? Infinity),
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      return await readText(answer.body, maxResponseBytes, call);
    } catch (error) {
      throw explainFailure(error, { call, server: this.server, signal: request.signal });
    }
  }

  /**
   * Opens a stream, for which the server has 10 s, and returns its chunks until the server ends it.
   *
   * @throws as `request` does, also between chunks; KubernetesTimeoutError past `deadlineMs` or `idleMs`.
   */
  async openStream(request: StreamRequest): Promise<AsyncIterable<Buffer>> {
    const { path, query, deadlineMs, idleMs, signal } = request;
    const bounds = {
      deadlineMs,
      headersTimeout: timerLength(this.#timeoutMs ?? DEFAULT_TIMEOUT_MS),
      bodyTimeout: idleMs,
    };
    const failure = { call: `GET ${path}`, server: this.server, signal };
    try {
      const answer = await this.#send({ method: 'GET', path, query, signal }, bounds);
      return chunksOf(answer.body, failure);
    } catch (error) {
      throw explainFailure(error, failure);
    }
  }

  /** Closes all sockets immediately; calls in progress fail. */
  async close(): Promise<void> {
    await this.#credentials.close();
  }

  async #send(request: KubernetesRequest, bounds: Bounds): Promise<Dispatcher.ResponseData> {
    const deadline = deadlineSignal(bounds.deadlineMs, request.signal);
    const first = await this.#admission(request, bounds, deadline);
    try {
      return await this.#sendOnce(request, bounds, first);
    } catch (error) {
      if (!hasHttpStatus(error, 401)) throw error;
      this.#credentials.forget(first.credentials);
      const second = await this.#admission(request, bounds, deadline);
      if (areSame(first.credentials, second.credentials)) throw error;
      return await this.#sendOnce(request, bounds, second);
    }
  }

  /** Credentials, and when the call is to end: a person may take any time to give them, a program may not. */
  async #admission({ signal }: KubernetesRequest, { deadlineMs }: Bounds, deadline: AbortSignal): Promise<Admission> {
    const credentials = this.#credentials.get();
    if (this.#isAttended)
      return {
        credentials: await settledOrAborted(credentials, signal),
        signal: deadlineSignal(deadlineMs, signal),
      };
    try {
      return { credentials: await settledOrAborted(credentials, deadline), signal: deadline };
    } catch (error) {
      if (error instanceof KubernetesError || signal?.aborted) throw error;
      throw new KubernetesCredentialsError(
        `The exec plugin of kubeconfig user "${this.#userName}" has not ended within ${deadlineMs} ms. Run it by hand, and check its entry in the kubeconfig.`,
      );
    }
  }

  async #sendOnce(
    request: KubernetesRequest,
    { headersTimeout, bodyTimeout }: Bounds,
    { credentials, signal }: Admission,
  ): Promise<Dispatcher.ResponseData> {
    const { method, path, query, body, contentType = 'application/json' } = request;
    const url = new URL(this.server + path);
    const answer = await credentials.dispatcher.request({
      signal,
      headersTimeout,
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
    if (answer.statusCode < 300) return answer;
    const call = `${method} ${path}`;
    const text = withoutSecrets(await readText(answer.body, DEFAULT_RESPONSE_BYTES, call), credentials.secrets);
    throw apiErrorOf(call, answer.statusCode, { headers: answer.headers, text });
  }
}

interface Admission {
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
}

interface Bounds {
  /** Timeout of the whole call, in milliseconds. */
  readonly deadlineMs: number;
  /** undici's timeout for headers, in milliseconds. 0: no timeout of its own. */
  readonly headersTimeout: number;
  /** undici's timeout between two chunks of a body, in milliseconds. 0: no timeout of its own. */
  readonly bodyTimeout: number;
}

async function* chunksOf(body: AsyncIterable<Buffer>, failure: FailedCall): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw explainFailure(error, failure);
  }
}

function deadlineSignal(milliseconds: number, signal: AbortSignal | undefined): AbortSignal {
  const deadline = AbortSignal.timeout(timerLength(milliseconds));
  return signal ? AbortSignal.any([signal, deadline]) : deadline;
}

function searchOf(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size > 0 ? `?${parameters.toString()}` : '';
}

/** Ends the wait for an exec plugin that hangs when the signal is aborted. */
function settledOrAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const { promise: outcome, resolve, reject } = Promise.withResolvers<T>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  return outcome;
}
