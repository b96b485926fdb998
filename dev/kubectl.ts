import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlOptions {
  /** Its standard input. */
  readonly input?: string;
  /** Default: the directory of this process. */
  readonly cwd?: string;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/**
 * Runs kubectl and waits for its end. A non-zero exit code is a result, not an error.
 *
 * @throws Error of code ENOENT when it is not on the PATH; AbortError when the signal is aborted.
 */
export async function kubectl(
  kubeconfig: string,
  commandArguments: readonly string[],
  { input = '', ...options }: KubectlOptions = {},
): Promise<KubectlResult> {
  const child = spawn('kubectl', ['--kubeconfig', kubeconfig, ...commandArguments], { stdio: 'pipe', ...options });
  const exit = new Promise<number>((resolve, reject) => {
    child.on('close', (code) => resolve(code ?? -1));
    child.on('error', reject);
  });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}
