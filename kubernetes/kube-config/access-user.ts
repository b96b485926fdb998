import { parsedJson } from '../../lib/parsed-json.ts';
import { KubeConfigError } from '../errors.ts';
import { existing } from './access-cluster.ts';
import type { AccessUser, Authorization, ExecPlugin, FileOrData } from './cluster-access.ts';
import { fileOrData, resolvedPath } from './file-or-data.ts';
import { impersonationHeaders, type Impersonation } from './impersonation.ts';
import { EMPTY_USER, type ExecEntry, type Located, type UserEntry } from './parse-kube-config.ts';

const EXEC_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const INTERACTIVE_MODES = ['Never', 'IfAvailable', 'Always'] as const;

export interface UserOptions {
  /** Of the entry. */
  readonly name: string;
  readonly impersonation: Impersonation;
  /** What an exec plugin with `provideClusterInfo` receives about the cluster. */
  readonly clusterInfo: () => object;
  /** Whether the server is one that nobody should call without saying who it is. */
  readonly isCredentialNeeded: boolean;
}

/** @throws KubeConfigError that names what cannot be honoured. */
export function accessUser(located: Located<UserEntry>, options: UserOptions): AccessUser {
  const { name, impersonation, clusterInfo, isCredentialNeeded } = options;
  const at = `${located.file}: users["${name}"].user`;
  const user: AccessUser = {
    name,
    authorization: authorization(located, { at, clusterInfo }),
    clientCertificate: clientCertificate(located, at),
    impersonation: impersonationHeaders(located.entry, impersonation, at),
  };
  if (!isCredentialNeeded || user.authorization.type !== 'none' || user.clientCertificate !== undefined) return user;
  const unknown = Object.keys(located.entry).filter((field) => !(field in EMPTY_USER));
  throw new KubeConfigError(
    `${at} has no credentials${unknown.length === 0 ? '' : ` (it has ${unknown.join(', ')}, which kubectl does not know)`}. Add a token, a client certificate or an exec plugin.`,
  );
}

/** As with kubectl an exec plugin is not run where there are other credentials. */
function authorization(
  { entry, file }: Located<UserEntry>,
  { at, clusterInfo }: { readonly at: string; readonly clusterInfo: () => object },
): Authorization {
  const { token, tokenFile, username, password = '', exec, 'auth-provider': authProvider } = entry;
  assertOneMethod(entry, at);
  const plugin = exec && execPlugin({ entry: exec, file }, { at: `${at}.exec`, clusterInfo });
  if (hasToken(entry)) return { type: 'token', token, tokenFile: tokenFile && resolvedPath(tokenFile, file) };
  if (username !== undefined) return { type: 'password', username, password };
  const hasCertificate = Boolean(entry['client-certificate'] ?? entry['client-certificate-data']);
  if (plugin && !hasCertificate) return { type: 'exec', plugin };
  return authProvider ? { type: 'token', token: idToken(authProvider, `${at}.auth-provider`) } : { type: 'none' };
}

function hasToken({ token, tokenFile }: UserEntry): boolean {
  return token !== undefined || tokenFile !== undefined;
}

/** kubectl refuses the same combinations. */
function assertOneMethod(entry: UserEntry, at: string): void {
  const { username, password, exec, 'auth-provider': authProvider } = entry;
  if (username === undefined && password !== undefined)
    throw new KubeConfigError(`${at} has a password and no username. Add username.`);
  if (username !== undefined && hasToken(entry))
    throw new KubeConfigError(`${at} has both a token and a password. Remove one of them.`);
  if (exec && authProvider) throw new KubeConfigError(`${at} has both exec and auth-provider. Remove one of them.`);
  if (authProvider && authProvider.name !== 'oidc')
    throw new KubeConfigError(
      `${at}.auth-provider "${authProvider.name ?? ''}" is not supported. Use an exec plugin of the provider instead.`,
    );
}

/** @throws KubeConfigError when a part is missing. */
function clientCertificate({ entry, file }: Located<UserEntry>, at: string): AccessUser['clientCertificate'] {
  const read = (field: 'client-certificate' | 'client-key'): FileOrData | undefined => {
    const source = fileOrData({ entry, file }, { fileField: field, dataField: `${field}-data`, at });
    return source && existing(source, `${at}.${field}`);
  };
  const certificate = read('client-certificate');
  if (certificate === undefined) return undefined;
  const key = read('client-key');
  if (key === undefined) throw new KubeConfigError(`${at} has a client-certificate and no client-key. Add client-key.`);
  return { certificate, key };
}

function execPlugin(
  { entry, file }: Located<ExecEntry>,
  { at, clusterInfo }: { readonly at: string; readonly clusterInfo: () => object },
): ExecPlugin {
  const { apiVersion = '', command, args, env, installHint } = entry;
  if (command === undefined) throw new KubeConfigError(`${at}.command is missing. Name the program.`);
  if (!EXEC_VERSIONS.includes(apiVersion))
    throw new KubeConfigError(`${at}.apiVersion must be one of ${EXEC_VERSIONS.join(', ')}, got "${apiVersion}".`);
  if (env.some(({ name }) => name === undefined))
    throw new KubeConfigError(`${at}.env has an entry without a name. Name the variable.`);
  return {
    apiVersion,
    command: command.includes('/') ? resolvedPath(command, file) : command,
    args,
    env: Object.fromEntries(env.map(({ name = '', value = '' }) => [name, value])),
    interactiveMode: interactiveMode(entry, at),
    installHint,
    clusterInfo: entry.provideClusterInfo ? clusterInfo() : undefined,
  };
}

/** Versions before v1 did not have it. */
function interactiveMode({ apiVersion = '', interactiveMode: mode }: ExecEntry, at: string) {
  const asked = mode ?? (apiVersion.endsWith('/v1') ? '' : 'IfAvailable');
  const known = INTERACTIVE_MODES.find((name) => name === asked);
  if (known !== undefined) return known;
  throw new KubeConfigError(`${at}.interactiveMode must be one of ${INTERACTIVE_MODES.join(', ')}, got "${asked}".`);
}

/** Only kubectl stores the new refresh token that comes with a new id-token, so none is asked for here. */
function idToken({ config }: NonNullable<UserEntry['auth-provider']>, at: string): string {
  const token = config['id-token'] ?? '';
  const claims = parsedJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as
    | { readonly exp?: unknown }
    | null
    | undefined;
  if (Number(claims?.exp) * 1000 > Date.now()) return token;
  throw new KubeConfigError(
    `${at}.config.id-token is missing or has expired. Run any kubectl command, which gets a new one, or use an exec plugin.`,
  );
}
