import { readFileSync } from 'node:fs';
import { getCACertificates, type ConnectionOptions } from 'node:tls';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import { KubernetesCredentialsError } from './errors.ts';
import type { ClusterAccess } from './kube-config/cluster-access.ts';
import { UserCredentialsSource } from './kube-config/user-credentials.ts';

/** How long headers and certificates are cached, in milliseconds. */
const FRESH_MS = 10_000;
/**
 * Maximum number of sockets to the API server; further calls queue in the dispatcher. Each watch occupies one. HTTP/1.1
 * on purpose: with HTTP/2, a slow reader of one watch would slow down unary calls through shared flow control.
 */
const CONNECTIONS = 64;
/** How long idle sockets are kept, in milliseconds: less than the 90 s after which kube-apiserver closes them. */
const KEEP_ALIVE_MS = 60_000;

/** When an idle socket is first probed, in milliseconds: before the 60 s after which load balancers forget it. */
const TCP_KEEP_ALIVE_MS = 30_000;

/** What one request needs. A new object means that the credentials were read again. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  /** Headers `impersonate-*`, which may have several values. */
  readonly impersonation: Readonly<Record<string, string[]>>;
  readonly dispatcher: Dispatcher;
  /** The parts of the headers that must not be shown. */
  readonly secrets: readonly string[];
}

const BEARER = 'Bearer ';

/**
 * Authentication as the kubeconfig describes it (tokens, token files, exec plugins, client certificates), on one shared
 * dispatcher, which is replaced only when the TLS material has changed.
 */
export class KubernetesCredentials {
  readonly #access: ClusterAccess;
  readonly #source: UserCredentialsSource;
  readonly #closing = new AbortController();
  #current: Promise<Credentials> | undefined;
  #latest: Credentials | undefined;
  #freshUntil = 0;
  #tls: { readonly fingerprint: string; readonly dispatcher: Dispatcher } | undefined;

  /** @param isAttended - Whether an exec plugin may ask a person. */
  constructor(access: ClusterAccess, isAttended: boolean) {
    this.#access = access;
    this.#source = new UserCredentialsSource(access.user, { isAttended, signal: this.#closing.signal });
  }

  /** @throws KubernetesCredentialsError when a file cannot be read or an exec plugin fails. */
  get(): Promise<Credentials> {
    if (!this.#current || Date.now() > this.#freshUntil) {
      this.#freshUntil = Date.now() + FRESH_MS;
      const reading = this.#read();
      reading.catch(() => {
        if (this.#current === reading) this.#current = undefined;
      });
      this.#current = reading;
    }
    return this.#current;
  }

  /**
   * Has files read again, and an exec plugin run again unless it ran just now: the server answered 401. Does nothing if
   * `refused` is no longer the current one.
   */
  forget(refused: Credentials): void {
    if (this.#latest !== refused) return;
    this.#source.forget();
    this.#current = undefined;
  }

  /**
   * The bearer token of the requests. Unset: the kubeconfig has another kind of credential.
   *
   * @throws as `get`
   */
  async bearerToken(): Promise<string | undefined> {
    const { headers } = await this.get();
    const authorization = headers['authorization'];
    return authorization?.startsWith(BEARER) ? authorization.slice(BEARER.length) : undefined;
  }

  /** Closes the dispatcher and ends an exec plugin immediately; calls in progress fail. */
  async close(): Promise<void> {
    this.#closing.abort(new KubernetesCredentialsError('The connection to the API server was closed. Open a new one.'));
    await this.#tls?.dispatcher.destroy();
  }

  async #read(): Promise<Credentials> {
    const { user } = this.#access;
    try {
      const { authorization, certificate, key, secrets } = await this.#source.read();
      this.#latest = {
        headers: authorization === undefined ? {} : { authorization: headerText(authorization) },
        impersonation: Object.fromEntries(
          Object.entries(user.impersonation).map(([name, values]) => [name, values.map(headerText)]),
        ),
        dispatcher: this.#dispatcherFor({ cert: certificate, key }),
        secrets,
      };
      return this.#latest;
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message.trim() : String(cause);
      throw new KubernetesCredentialsError(
        `The credentials of kubeconfig user "${user.name}" cannot be read: ${problem.replace(/\.$/, '')}.${cause instanceof KubernetesCredentialsError ? '' : ' Check its token file and certificate files.'}`,
      );
    }
  }

  #dispatcherFor(client: Pick<ConnectionOptions, 'cert' | 'key'>): Dispatcher {
    const options = { ...serverTls(this.#access), ...client };
    const fingerprint = JSON.stringify([options.ca, options.cert, options.key].map(String));
    if (this.#tls?.fingerprint !== fingerprint) {
      void this.#tls?.dispatcher.close();
      this.#tls = { fingerprint, dispatcher: createDispatcher(this.#access, options) };
    }
    return this.#tls.dispatcher;
  }
}

/** Whether the server can see no difference. */
export function areSame(one: Credentials, other: Credentials): boolean {
  return one.headers['authorization'] === other.headers['authorization'] && one.dispatcher === other.dispatcher;
}

/** Headers are bytes; undici writes one for each character. */
function headerText(value: string): string {
  return Buffer.from(value).toString('latin1');
}

/** As kubectl, with the roots of the system where the kubeconfig names none. */
function serverTls({ certificateAuthority, skipTlsVerify, tlsServerName }: ClusterAccess): ConnectionOptions {
  return {
    rejectUnauthorized: !skipTlsVerify,
    ...(tlsServerName !== undefined && { servername: tlsServerName }),
    ...(!skipTlsVerify && { ca: trustedRoots(certificateAuthority) }),
  };
}

function trustedRoots(source: ClusterAccess['certificateAuthority']): ConnectionOptions['ca'] {
  if (source === undefined) return [...getCACertificates('default'), ...getCACertificates('system')];
  return 'file' in source ? readFileSync(source.file) : source.data;
}

function createDispatcher({ proxyUrl }: ClusterAccess, requestTls: ConnectionOptions): Dispatcher {
  const limits = { connections: CONNECTIONS, keepAliveTimeout: KEEP_ALIVE_MS, allowH2: false };
  if (proxyUrl !== undefined) return new ProxyAgent({ ...limits, uri: proxyUrl, requestTls });
  return new Agent({
    ...limits,
    connect: { ...requestTls, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS },
  });
}
