import { existsSync } from 'node:fs';
import { KubeConfig, type Cluster, type User } from '@kubernetes/client-node';
import { KubeConfigError } from './errors.ts';
import { withoutCredentials } from '../lib/without-secrets.ts';

/** Fields of a kubeconfig that must be text: another type would only fail when a connection is made. */
const CLUSTER_TEXTS = {
  server: 'server',
  caFile: 'certificate-authority',
  caData: 'certificate-authority-data',
  tlsServerName: 'tls-server-name',
  proxyUrl: 'proxy-url',
} as const satisfies Partial<Record<keyof Cluster, string>>;
const USER_TEXTS = {
  token: 'token',
  username: 'username',
  password: 'password',
  certFile: 'client-certificate',
  certData: 'client-certificate-data',
  keyFile: 'client-key',
  keyData: 'client-key-data',
} as const satisfies Partial<Record<keyof User, string>>;

export interface KubeConfigChoice {
  /** Default: `KUBECONFIG`, then `~/.kube/config`, then the ServiceAccount of the pod, in the same order as kubectl. */
  readonly file?: string | undefined;
  /** Default: the current context of the file. */
  readonly context?: string | undefined;
}

/**
 * Finds the API server the way kubectl does.
 *
 * @throws KubeConfigError naming the file and field when one does not parse, or when no server is configured at all.
 */
export function loadKubeConfig({ file, context }: KubeConfigChoice = {}): KubeConfig {
  const kubeConfig = new KubeConfig();
  const source =
    file ?? (process.env['KUBECONFIG'] ? `KUBECONFIG=${process.env['KUBECONFIG']}` : 'the default kubeconfig');
  try {
    if (file === undefined) kubeConfig.loadFromDefault();
    else kubeConfig.loadFromFile(file);
  } catch (cause) {
    throw new KubeConfigError(
      `Cannot load ${source}: ${firstLineOf(cause)}. Correct the file or set KUBECONFIG to another.`,
    );
  }
  if (isNothingConfigured(kubeConfig)) {
    throw new KubeConfigError(
      'No API server is configured. Set KUBECONFIG, write ~/.kube/config, or run in a pod with a ServiceAccount.',
    );
  }
  if (context !== undefined) chooseContext(kubeConfig, context, source);
  assertUsable(kubeConfig, source);
  return kubeConfig;
}

function chooseContext(kubeConfig: KubeConfig, context: string, source: string): void {
  const names = kubeConfig.getContexts().map(({ name }) => name);
  if (!names.includes(context))
    throw new KubeConfigError(`${source}: there is no context "${context}". Choose one of: ${names.join(', ')}.`);
  kubeConfig.setCurrentContext(context);
}

function assertUsable(kubeConfig: KubeConfig, source: string): void {
  const contextName = kubeConfig.getCurrentContext() ?? '';
  const context = kubeConfig.getContextObject(contextName);
  if (!context)
    throw new KubeConfigError(
      `${source}: current-context "${contextName}" is not among contexts. Choose one with kubectl config use-context.`,
    );
  const at = `${source}: contexts["${contextName}"].context`;
  const user = kubeConfig.getCurrentUser();
  if (!user) {
    throw new KubeConfigError(`${at}.user "${context.user}" is not among users. Add it or correct the name.`);
  }
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster)
    throw new KubeConfigError(`${at}.cluster "${context.cluster}" is not among clusters. Add it or correct the name.`);
  assertTexts(user, USER_TEXTS, `${source}: users["${user.name}"].user`);
  assertUsableCluster(cluster, source);
}

/** The values are not shown: they may be secrets. */
function assertTexts<T extends Cluster | User>(object: T, fields: Partial<Record<keyof T, string>>, at: string): void {
  for (const [key, field] of Object.entries<string | undefined>(fields)) {
    const value: unknown = object[key as keyof T];
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw new KubeConfigError(`${at}.${field} is not text. Write it in quotes.`);
  }
}

function assertUsableCluster(cluster: Cluster, source: string): void {
  const { name, server: serverUrl, skipTLSVerify, caFile, proxyUrl } = cluster;
  const at = `${source}: clusters["${name}"].cluster`;
  assertTexts(cluster, CLUSTER_TEXTS, at);
  const server = withoutCredentials(serverUrl);
  if (!isHttpUrl(serverUrl)) {
    throw new KubeConfigError(`${at}.server "${server}" is not an http(s) URL. Write it as https://host:port.`);
  }
  if (server.startsWith('http:') && !skipTLSVerify) {
    throw new KubeConfigError(
      `${at}.server "${server}" is plain HTTP. Use https, or set insecure-skip-tls-verify: true.`,
    );
  }
  if (caFile && !existsSync(caFile)) {
    throw new KubeConfigError(`${at}.certificate-authority "${caFile}" does not exist. Correct the path.`);
  }
  if (proxyUrl && !isHttpUrl(proxyUrl)) {
    throw new KubeConfigError(
      `${at}.proxy-url "${withoutCredentials(proxyUrl)}" is not supported. Use an http(s) proxy.`,
    );
  }
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

/** The server that client-node falls back to when it finds no configuration. */
function isNothingConfigured(kubeConfig: KubeConfig): boolean {
  return (
    kubeConfig.getCurrentContext() === 'loaded-context' &&
    kubeConfig.getCurrentCluster()?.server === 'http://localhost:8080'
  );
}

/** After its first line an error quotes the file, tokens included. */
function firstLineOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1).join();
}
