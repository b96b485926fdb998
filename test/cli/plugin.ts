import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ServerAddresses } from '../../dev/start-local-servers.ts';
import { eventually } from '../support/eventually.ts';

export const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** Runs a program in a pseudo-terminal; what it shows goes to stdout. At a prompt it types what `TYPED` holds. */
const TERMINAL = `
import fcntl, os, pty, struct, sys, termios
typed = os.environ.pop('TYPED', '')
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
while True:
    try:
        chunk = os.read(fd, 4096)
    except OSError:
        chunk = b''
    if not chunk:
        break
    os.write(1, chunk)
    if chunk.endswith(b': ') and typed:
        os.write(fd, typed.encode() + b'\\n')
        typed = ''
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** What runs the plugin in a terminal of that many columns. */
export function terminal(columns: number): readonly string[] {
  return ['python3', '-c', TERMINAL, String(columns)];
}

export interface PluginResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `kubectl-snt` as a process of its own. */
export class Plugin {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #closed: Promise<unknown[]>;
  stdout = '';
  stderr = '';

  /** @param wrapper - A program that runs the plugin, with its first arguments. */
  constructor(words: readonly string[], env: NodeJS.ProcessEnv, wrapper: readonly string[] = []) {
    const [program = process.execPath, ...programArguments] = [
      ...wrapper,
      process.execPath,
      '--no-warnings',
      MAIN,
      ...words,
    ];
    this.#child = spawn(program, programArguments, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#closed = once(this.#child, 'close');
  }

  /** @param timeoutMs - As of `eventually`. */
  async prints(pattern: RegExp, timeoutMs?: number): Promise<void> {
    await eventually(`it prints ${String(pattern)}`, () => pattern.test(this.stdout), timeoutMs);
  }

  /** As Ctrl-C does. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  async ended(): Promise<PluginResult> {
    const [code] = await this.#closed;
    return { code: code as number | null, stdout: this.stdout, stderr: this.stderr };
  }
}

/** The environment of an administrator's shell. */
export function adminShell({ kubernetes, temporal }: ServerAddresses): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    KUBECONFIG: kubernetes.kubeconfig('admin'),
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
  };
}

export async function runPlugin(words: readonly string[], env: NodeJS.ProcessEnv): Promise<PluginResult> {
  return await new Plugin(words, env).ended();
}
