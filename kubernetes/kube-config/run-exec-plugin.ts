import { spawn, type ChildProcess } from 'node:child_process';
import { isatty } from 'node:tty';
import { z } from 'zod';
import { parsedJson } from '../../lib/parsed-json.ts';
import { printable } from '../../lib/printable.ts';
import { readAtMost } from '../../lib/read-at-most.ts';
import { KubernetesCredentialsError } from '../errors.ts';
import type { ExecPlugin } from './cluster-access.ts';

const STDIN = 0;
/** Longest answer that is read, in bytes: a token, or a certificate with its chain. */
const ANSWER_BYTES = 1024 * 1024;

export interface ExecCredential {
  readonly token?: string | undefined;
  /** PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | undefined;
  /** In milliseconds since the epoch. Unset: it does not expire. */
  readonly expiresAtMs?: number | undefined;
}

interface ExecOptions {
  /** A person is there who sees stderr and may type. */
  readonly isAttended: boolean;
  /** Ends the plugin. */
  readonly signal: AbortSignal;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const credentialSchema = z.object({
  apiVersion: z.string(),
  kind: z.literal('ExecCredential'),
  status: z.object({
    token: text,
    clientCertificateData: text,
    clientKeyData: text,
    expirationTimestamp: z.iso.datetime({ offset: true }).nullish(),
  }),
});

/**
 * Runs an exec plugin and returns what it prints. With a person it has the terminal for itself; otherwise it has no
 * stdin, and its stderr is quoted if it fails.
 *
 * @throws KubernetesCredentialsError that names the plugin, and never quotes what it prints to stdout; the signal's
 * reason.
 */
export async function runExecPlugin(plugin: ExecPlugin, options: ExecOptions): Promise<ExecCredential> {
  options.signal.throwIfAborted();
  const child = started(plugin, options);
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', (error: NodeJS.ErrnoException) => reject(startFailure(plugin, error)));
  child.on('close', resolve);
  const abort = (): void => {
    child.kill();
    // Something that the plugin has started may hold its output open.
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
    reject(options.signal.reason);
  };
  options.signal.addEventListener('abort', abort, { once: true });
  try {
    const [code, answer, problem] = await Promise.all([ended, outputOf(child.stdout), outputOf(child.stderr)]);
    if (code !== 0) throw failure(plugin, `ended with exit code ${code}${problem && `: ${printable(problem)}`}`);
    return credentialOf(plugin, answer);
  } finally {
    options.signal.removeEventListener('abort', abort);
  }
}

function started(plugin: ExecPlugin, options: ExecOptions): ChildProcess {
  const isInteractive = takesInput(plugin, options);
  try {
    return spawn(plugin.command, plugin.args, {
      stdio: [isInteractive ? 'inherit' : 'ignore', 'pipe', options.isAttended ? 'inherit' : 'pipe'],
      env: { ...process.env, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(plugin, isInteractive)) },
    });
  } catch (error) {
    // A zero byte in a word, for example.
    throw startFailure(plugin, error as NodeJS.ErrnoException);
  }
}

function takesInput({ command, interactiveMode }: ExecPlugin, { isAttended }: ExecOptions): boolean {
  const isTerminal = isAttended && isatty(STDIN);
  if (interactiveMode === 'Always' && !isTerminal)
    throw new KubernetesCredentialsError(
      `The exec plugin "${command}" has interactiveMode Always, and standard input is not a terminal. Run the command in a terminal, or use other credentials.`,
    );
  return isTerminal && interactiveMode !== 'Never';
}

function execInfo({ apiVersion, clusterInfo: cluster }: ExecPlugin, interactive: boolean): object {
  return { apiVersion, kind: 'ExecCredential', spec: { interactive, ...(cluster !== undefined && { cluster }) } };
}

async function outputOf(stream: AsyncIterable<Buffer> | null): Promise<string> {
  try {
    return stream === null ? '' : ((await readAtMost(stream, ANSWER_BYTES)) ?? '');
  } catch {
    // Closed by `abort`.
    return '';
  }
}

function credentialOf(plugin: ExecPlugin, answer: string): ExecCredential {
  const json = parsedJson(answer);
  if (json === undefined) throw failure(plugin, 'did not print JSON');
  const parsed = credentialSchema.safeParse(json);
  if (!parsed.success)
    throw failure(
      plugin,
      `did not print an ExecCredential with a status: ${parsed.error.issues[0]?.path.join('.')} is not valid`,
    );
  const { apiVersion, status } = parsed.data;
  if (apiVersion !== plugin.apiVersion)
    throw failure(plugin, `printed apiVersion ${printable(apiVersion)} instead of ${plugin.apiVersion}`);
  const { token, expirationTimestamp } = status;
  const clientCertificate = certificateOf(plugin, status);
  if (token === undefined && clientCertificate === undefined)
    throw failure(plugin, 'printed neither a token nor a certificate');
  return {
    token,
    clientCertificate,
    expiresAtMs: expirationTimestamp ? Date.parse(expirationTimestamp) : undefined,
  };
}

function certificateOf(
  plugin: ExecPlugin,
  { clientCertificateData: certificate, clientKeyData: key }: z.output<typeof credentialSchema>['status'],
): ExecCredential['clientCertificate'] {
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  if (certificate === undefined && key === undefined) return undefined;
  throw failure(plugin, 'printed only one of clientCertificateData and clientKeyData');
}

function startFailure(plugin: ExecPlugin, { code, message }: NodeJS.ErrnoException): KubernetesCredentialsError {
  if (code !== 'ENOENT') return failure(plugin, `could not be started: ${message}`);
  const hint = plugin.installHint === undefined ? '' : ` Its kubeconfig says: ${plugin.installHint}`;
  return new KubernetesCredentialsError(
    `The exec plugin "${plugin.command}" is not installed: there is no such program. Install it or correct exec.command in the kubeconfig.${hint}`,
  );
}

function failure({ command }: ExecPlugin, what: string): KubernetesCredentialsError {
  return new KubernetesCredentialsError(
    `The exec plugin "${command}" ${what}. Run it by hand, and check its entry in the kubeconfig.`,
  );
}
