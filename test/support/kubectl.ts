import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl and waits for its end; a non-zero exit is a result, not an error. */
export async function kubectl(kubeconfig: string, commandArguments: readonly string[], input = ''): Promise<KubectlResult> {
  const child = spawn('kubectl', ['--kubeconfig', kubeconfig, ...commandArguments], { stdio: 'pipe' });
  const exit = new Promise<number>((resolve, reject) => {
    child.on('close', (code) => resolve(code ?? -1));
    child.on('error', reject);
  });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}
