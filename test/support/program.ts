import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { descendantsOf } from './descendants-of.ts';
import { eventually } from './eventually.ts';
import { isAlive } from '../../dev/is-alive.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** A bound on a test that will fail: servers start and much happens, on a machine that does other things too. */
const END_TIMEOUT_MS = 240_000;

/** A program of the project that runs as a process of its own, and what it prints. */
export class Program {
  readonly #child: ReturnType<typeof spawnProgram>;
  #stdout = '';
  #stderr = '';
  #end: { code: number | null; signal: NodeJS.Signals | null } | undefined;
  #descendants: number[] = [];

  constructor(command: string, commandArguments: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
    this.#child = spawnProgram(command, commandArguments, environment);
    this.#child.stdout.on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr.on('data', (text: string) => (this.#stderr += text));
    this.#child.on('close', (code, signal) => (this.#end = { code, signal }));
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /**
   * Waits until it has printed this, 240 s unless told otherwise, and returns all that it has printed; remembers the
   * processes it has by then.
   */
  async prints(pattern: RegExp, timeoutMs = END_TIMEOUT_MS): Promise<string> {
    await eventually(
      `the program prints ${String(pattern)}`,
      () => {
        assert.ok(this.#end === undefined || pattern.test(this.#stdout), this.#stdout + this.#stderr);
        return pattern.test(this.#stdout);
      },
      timeoutMs,
    );
    this.#descendants = descendantsOf(this.#child.pid ?? assert.fail());
    return this.#stdout;
  }

  /** Ctrl-C in a terminal: it reaches the whole process group in the foreground. */
  pressControlC(): void {
    process.kill(-(this.#child.pid ?? assert.fail()), 'SIGINT');
  }

  /** Waits for its end, 240 s unless told otherwise. */
  async exitCode(timeoutMs = END_TIMEOUT_MS): Promise<number | null> {
    const { code } = await eventually('the program ends', () => this.#end, timeoutMs);
    return code;
  }

  /** Waits until no process is left of those that it had when `prints` was called last. */
  async leavesNoProcess(): Promise<void> {
    assert.notEqual(this.#descendants.length, 0, 'it had processes');
    await eventually(`none of ${this.#descendants.join()} is left`, () => !this.#descendants.some(isAlive));
  }

  /** For tests that fail halfway. */
  kill(): void {
    if (this.#end === undefined) process.kill(-(this.#child.pid ?? assert.fail()), 'SIGKILL');
  }
}

function spawnProgram(command: string, commandArguments: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(command, commandArguments, {
    cwd: PROJECT,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  return child;
}
