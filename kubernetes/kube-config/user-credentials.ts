import { readFileSync } from 'node:fs';
import { KubernetesCredentialsError } from '../errors.ts';
import type { AccessUser, Authorization, ExecPlugin, FileOrData } from './cluster-access.ts';
import { runExecPlugin, type ExecCredential } from './run-exec-plugin.ts';

/**
 * How long a credential of an exec plugin is used at least, in milliseconds: one that is printed with an expiry in the
 * past, or that the server refuses, is not asked for again within one command.
 */
const SHORTEST_USE_MS = 10_000;
/** What no header may contain. */
const CONTROL_CHARACTER = /[\p{Cc}]/u;

/** What a user sends, as read now. */
export interface UserCredentials {
  /** Value of the header. */
  readonly authorization?: string | undefined;
  readonly certificate?: Buffer | string | undefined;
  readonly key?: Buffer | string | undefined;
  /** What must not be shown. */
  readonly secrets: readonly string[];
}

/** Reads the credentials of a user: files each time, an exec plugin when its credential has expired. */
export class UserCredentialsSource {
  readonly #user: AccessUser;
  readonly #exec: ExecSource | undefined;

  constructor(user: AccessUser, options: { readonly isAttended: boolean; readonly signal: AbortSignal }) {
    this.#user = user;
    if (user.authorization.type === 'exec') this.#exec = new ExecSource(user.authorization.plugin, options);
  }

  /** @throws KubernetesCredentialsError; an error of the file system. */
  async read(): Promise<UserCredentials> {
    const { authorization, clientCertificate } = this.#user;
    const exec = await this.#exec?.credential();
    const certificate = exec?.clientCertificate ?? {
      certificate: contentOf(clientCertificate?.certificate),
      key: contentOf(clientCertificate?.key),
    };
    return { ...certificate, ...headerOf(authorization, exec?.token) };
  }

  /** The server refuses what was read. */
  forget(): void {
    this.#exec?.forget();
  }
}

class ExecSource {
  readonly #plugin: ExecPlugin;
  readonly #options: { readonly isAttended: boolean; readonly signal: AbortSignal };
  #credential: ExecCredential | undefined;
  #obtainedMs = 0;
  /** A person is asked once, however long the answer takes. */
  #running: Promise<ExecCredential> | undefined;

  constructor(plugin: ExecPlugin, options: { readonly isAttended: boolean; readonly signal: AbortSignal }) {
    this.#plugin = plugin;
    this.#options = options;
  }

  async credential(): Promise<ExecCredential> {
    if (this.#credential !== undefined && (!this.#isExpired(this.#credential) || this.#isNew()))
      return this.#credential;
    this.#running ??= this.#run();
    return await this.#running;
  }

  async #run(): Promise<ExecCredential> {
    try {
      this.#credential = await runExecPlugin(this.#plugin, this.#options);
      this.#obtainedMs = performance.now();
      return this.#credential;
    } finally {
      this.#running = undefined;
    }
  }

  forget(): void {
    if (!this.#isNew()) this.#credential = undefined;
  }

  #isExpired({ expiresAtMs = Infinity }: ExecCredential): boolean {
    return expiresAtMs <= Date.now();
  }

  #isNew(): boolean {
    return performance.now() - this.#obtainedMs < SHORTEST_USE_MS;
  }
}

function contentOf(source: FileOrData | undefined): Buffer | undefined {
  if (source === undefined) return undefined;
  return 'file' in source ? readFileSync(source.file) : source.data;
}

function headerOf(
  authorization: Authorization,
  execToken: string | undefined,
): Pick<UserCredentials, 'authorization' | 'secrets'> {
  if (authorization.type === 'password') {
    const { username, password } = authorization;
    const value = Buffer.from(`${username}:${password}`).toString('base64');
    return { authorization: `Basic ${value}`, secrets: [value, password] };
  }
  const token = authorization.type === 'token' ? tokenOf(authorization) : execToken;
  if (token === undefined) return { secrets: [] };
  if (CONTROL_CHARACTER.test(token))
    throw new KubernetesCredentialsError('The token has a line break or a control character in it. Remove it.');
  return { authorization: `Bearer ${token}`, secrets: [token] };
}

/** The token in the kubeconfig counts only while the file cannot be read. */
function tokenOf({ token, tokenFile }: Extract<Authorization, { type: 'token' }>): string | undefined {
  if (tokenFile === undefined) return token;
  try {
    const text = readFileSync(tokenFile, 'utf8').trim();
    if (text !== '') return text;
  } catch (error) {
    if (token === undefined) throw error;
  }
  if (token !== undefined) return token;
  throw new KubernetesCredentialsError(`The token file ${tokenFile} is empty. Write a token into it.`);
}
