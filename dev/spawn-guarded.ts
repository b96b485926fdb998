import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SpawnFailedError } from './errors.ts';
import type { FromGuard, ProcessExit, ToGuard } from './guard-messages.ts';

const GUARD = fileURLToPath(new URL('guard.ts', import.meta.url));

export interface GuardedCommand {
  /** A path, or a name that is looked up on PATH. */
  readonly command: string;
  readonly arguments: readonly string[];
  /** Default: the directory of this process. */
  readonly cwd?: string;
  /** The whole environment of the process. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Where stdout and stderr go: a file (appended to), this process's own, or the streams `stdout` and `stderr`
   * of the result, which then must be read.
   */
  readonly output: { readonly file: string } | 'inherit' | 'pipe';
}

export interface GuardedProcess {
  /** Of the process itself, not of its guard. */
  readonly pid: number;
  /** Settles when the process has ended; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Only with output `pipe`. */
  readonly stdout: Readable | null;
  /** Only with output `pipe`. */
  readonly stderr: Readable | null;
  /** Sends a signal to the process itself; nothing happens once it has ended. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and after the grace time SIGKILL to it and its descendants. */
  stop(graceMilliseconds: number): Promise<ProcessExit>;
}

/**
 * Starts a process that cannot outlive this one, however this one ends.
 *
 * The process runs in a session apart from this one's terminal: Ctrl-C reaches only this process, which
 * decides what to stop and in which order. When it ends, what it started in its own process group is killed.
 *
 * @throws {SpawnFailedError} the command does not exist or cannot be run.
 */
export async function spawnGuarded(command: GuardedCommand): Promise<GuardedProcess> {
  const guard = spawnGuard(command);
  const exited = Promise.withResolvers<ProcessExit>();
  const pid = await startedPid(guard, command.command, exited.resolve);
  const tell = (message: ToGuard): void => {
    // The callback takes the error of a guard that has just ended, which means that the process has, too.
    if (guard.connected) guard.send(message, () => {});
  };
  return {
    pid,
    exited: exited.promise,
    stdout: guard.stdout,
    stderr: guard.stderr,
    kill: (signal) => tell({ type: 'signal', signal }),
    stop: (graceMilliseconds) => {
      tell({ type: 'stop', graceMilliseconds });
      return exited.promise;
    },
  };
}

function spawnGuard({ command, arguments: commandArguments, cwd, env, output }: GuardedCommand): ChildProcess {
  const file = typeof output === 'string' ? undefined : openSync(output.file, 'a');
  const target = file ?? (output as 'inherit' | 'pipe');
  try {
    return spawn(process.execPath, ['--no-warnings', GUARD, command, ...commandArguments], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', target, target, 'ipc'],
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function startedPid(guard: ChildProcess, command: string, exited: (exit: ProcessExit) => void): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (reason: string): void => {
    reject(
      new SpawnFailedError(`Could not start ${command}: ${reason}. Check that the file exists and may be executed.`),
    );
  };
  let startedAs: number | undefined;
  guard.on('message', (message: FromGuard) => {
    if (message.type === 'started') resolve((startedAs = message.pid));
    else if (message.type === 'failed') fail(message.message);
    else exited({ code: message.code, signal: message.signal });
  });
  guard.on('error', (error) => fail(error.message));
  guard.on('exit', (code, signal) => {
    const ended = (): void => {
      fail(`its guard ended early (code ${code}, signal ${signal})`);
      if (startedAs !== undefined) killGroup(startedAs);
      exited({ code: null, signal: 'SIGKILL' });
    };
    // Node looks at all children when one ends, so it may notice this end before it has read the guard's last message.
    if (guard.connected) guard.once('disconnect', ended);
    else ended();
  });
  return promise;
}

/** For a guard that was killed itself; after an ordinary end nobody is left in the group. */
function killGroup(processGroup: number): void {
  try {
    process.kill(-processGroup, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}
