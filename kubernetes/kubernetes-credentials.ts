import type { AgentOptions, RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import { egressProxy } from './egress-proxy.ts';
import { KubernetesCredentialsError } from './errors.ts';

/** How long headers and certificates are cached, in milliseconds. */
const FRESH_MS = 10_000;
/**
 * Maximum number of sockets to the API server for calls; further calls queue in the dispatcher. HTTP/1.1 on purpose: with
 * HTTP/2, a slow reader of one watch would slow down unary calls through shared flow control.
 */
const CALL_CONNECTIONS = 64;
/** How long idle sockets are kept, in milliseconds: less than the 90 s after which kube-apiserver closes them. */
const KEEP_ALIVE_MS = 60_000;

type Dispatchers = Pick<Credentials, 'dispatcher' | 'watchDispatcher'>;

/** What one request needs. A new object means that the credentials were read again. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  /** For watches, each of which occupies a connection for minutes: they never make a call wait for one. */
  readonly watchDispatcher: Dispatcher;
  /** The parts of the headers that must not be shown. */
  readonly secrets: readonly string[];
}

/**
 * Authentication as the kubeconfig describes it (tokens, token files, exec plugins, client certificates), on shared
 * dispatchers, which are replaced only when the TLS material has changed.
 */
export class KubernetesCredentials {
  #kubeConfig: KubeConfig;
  #current: Promise<Credentials> | undefined;
  #freshUntil = 0;
  #tls: ({ readonly fingerprint: string } & Dispatchers) | undefined;

  constructor(kubeConfig: KubeConfig) {
    this.#kubeConfig = kubeConfig;
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
   * Drops cached tokens after a 401, so that files are read and exec plugins run again. Does nothing if `refused` is no
   * longer the current one.
   */
  async renew(refused: Credentials): Promise<void> {
    if ((await this.get()) !== refused) return;
    const { clusters, users, contexts, currentContext } = this.#kubeConfig;
    this.#kubeConfig = new KubeConfig();
    this.#kubeConfig.loadFromOptions({ clusters, users, contexts, currentContext });
    this.#current = undefined;
  }

  /** Closes the dispatchers immediately; calls in progress fail. */
  async close(): Promise<void> {
    await Promise.all([this.#tls?.dispatcher.destroy(), this.#tls?.watchDispatcher.destroy()]);
  }

  async #read(): Promise<Credentials> {
    const options: RequestOptions = {};
    try {
      await this.#kubeConfig.applyToHTTPSOptions(options);
    } catch (cause) {
      throw new KubernetesCredentialsError(
        `The credentials of kubeconfig user "${this.#kubeConfig.getCurrentUser()?.name}" cannot be read: ${wordsOf(cause)}. Check its token file, certificate files or exec plugin.`,
      );
    }
    const headers = headersOf(options);
    return { headers, ...this.#dispatchersFor(options), secrets: secretsOf(headers) };
  }

  #dispatchersFor(options: RequestOptions): Dispatchers {
    const fingerprint = JSON.stringify([options.ca, options.cert, options.key].map(String));
    if (this.#tls?.fingerprint !== fingerprint) {
      void this.#tls?.dispatcher.close();
      void this.#tls?.watchDispatcher.close();
      this.#tls = {
        fingerprint,
        dispatcher: createDispatcher(this.#kubeConfig, options, CALL_CONNECTIONS),
        watchDispatcher: createDispatcher(this.#kubeConfig, options, null),
      };
    }
    const { dispatcher, watchDispatcher } = this.#tls;
    return { dispatcher, watchDispatcher };
  }
}

/** A SyntaxError quotes what the exec plugin printed, which may be a token, so the cause is not kept. */
function wordsOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'the exec plugin did not print JSON';
  return error instanceof Error ? error.message.trim() : String(error);
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headers[name.toLowerCase()] = String(value).trim();
  }
  if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

/** A token, and the password of a user who has one. */
function secretsOf({ authorization = '' }: Record<string, string>): string[] {
  const [scheme, value = ''] = authorization.split(' ');
  if (scheme !== 'Basic') return [value];
  const text = Buffer.from(value, 'base64').toString();
  return [value, text.slice(text.indexOf(':') + 1)];
}

/**
 * The proxy of HTTPS_PROXY, for a cluster that has no `proxy-url` of its own.
 *
 * @throws EgressProxyError when that proxy cannot be used.
 */
export function proxyOf(kubeConfig: KubeConfig): URL | undefined {
  const { server = '', proxyUrl } = kubeConfig.getCurrentCluster() ?? {};
  const { protocol, hostname, port } = new URL(server);
  if (proxyUrl || protocol !== 'https:') return undefined;
  return egressProxy(hostname.replaceAll(/[[\]]/g, ''), Number(port || 443), process.env);
}

/** @param connections - Maximum number of sockets; `null`: no limit. */
function createDispatcher(kubeConfig: KubeConfig, options: RequestOptions, connections: number | null): Dispatcher {
  const shape = kubeConfig.createDispatcherOptions(kubeConfig.getCurrentCluster(), options as AgentOptions);
  const limits = { connections, keepAliveTimeout: KEEP_ALIVE_MS, allowH2: false };
  if (shape.type === 'proxy') return new ProxyAgent({ ...limits, uri: shape.uri, requestTls: shape.requestTls });
  const proxy = proxyOf(kubeConfig);
  if (proxy !== undefined)
    return new ProxyAgent({ ...limits, uri: proxy.href, requestTls: shape.type === 'agent' ? shape.connect : {} });
  return new Agent({ ...limits, ...(shape.type === 'agent' && { connect: shape.connect }) });
}
