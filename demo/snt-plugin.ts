import { addAbortListener } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '../dev/spawn-guarded.ts';
import type { ServiceStack } from '../dev/start-service-stack.ts';
import { PluginOutput } from './plugin-output.ts';
import { command, ROOM } from './terminal.ts';

/** What `kubectl snt` runs. */
export const PLUGIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

/** How long a table on a terminal is left for reading, in milliseconds. */
const READING_MS = 2_000;
/** How long a command has to end after Ctrl-C, in milliseconds. */
const GRACE_MS = 1_000;

/** When an operator presses Ctrl-C. */
export interface Interruption {
  /** Waits for what the command is watched for. */
  readonly after: () => Promise<unknown>;
  /** A line that the command prints of it. */
  readonly printed: RegExp;
}

/** Runs `kubectl snt` from the source, as an operator would, and shows it. */
export class SntPlugin {
  readonly #stack: ServiceStack;
  readonly #signal: AbortSignal;

  constructor(stack: ServiceStack, signal: AbortSignal) {
    this.#stack = stack;
    this.#signal = signal;
  }

  /**
   * Shows a command and what it prints, until it ends. On a terminal the command has the terminal, so that a watch is a
   * table that moves.
   *
   * @param words - Without the namespace.
   * @param interruption - Unset: it runs to its end.
   * @returns Its exit code.
   * @throws What `interruption.after` throws; the reason of the signal after Ctrl-C.
   */
  async run(words: readonly string[], interruption?: Interruption): Promise<number> {
    const { namespace, servers } = this.#stack;
    command(`kubectl snt ${words.map(quoted).join(' ')} -n ${namespace}`);
    const child = await spawnGuarded({
      command: process.execPath,
      arguments: ['--no-warnings', PLUGIN, ...words, '-n', namespace],
      cwd: servers.directory,
      env: { ...process.env, KUBECONFIG: servers.kubernetes.kubeconfig('admin'), COLUMNS: String(ROOM) },
      output: process.stdout.isTTY ? 'inherit' : 'pipe',
    });
    using stopping = new DisposableStack();
    stopping.use(addAbortListener(this.#signal, () => void child.stop(GRACE_MS)));
    const printed = Promise.withResolvers<void>();
    const shown = new PluginOutput();
    const read = Promise.all(
      [child.stdout, child.stderr].map(async (stream) => {
        for await (const line of linesOf(stream)) {
          shown.add(line);
          if (interruption?.printed.test(line)) printed.resolve();
        }
      }),
    ).finally(printed.resolve);
    const interrupted = interruption
      ?.after()
      .then(() => (child.stdout === null ? sleep(READING_MS) : printed.promise))
      .finally(() => child.kill('SIGINT'));
    const [{ code }] = await Promise.all([child.exited, read, interrupted]);
    this.#signal.throwIfAborted();
    shown.end();
    return code ?? -1;
  }
}

function linesOf(stream: Readable | null): AsyncIterable<string> | readonly string[] {
  return stream === null ? [] : createInterface({ input: stream });
}

/** As a shell needs it. */
function quoted(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
