import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerExitedError, ServerNotReadyError } from './errors.ts';
import type { ProcessExit } from './guard-messages.ts';
import { spawnGuarded } from './spawn-guarded.ts';
import type { GuardedProcess } from './spawn-guarded.ts';

/** A server program, and how to check that it is ready. */
export interface ServerDefinition {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  /** Appended to at every start. */
  readonly logFile: string;
  /** Whether it is ready. A throw counts as not ready. */
  isReady(): Promise<boolean>;
}

/** A running server that can be stopped and started again, on the same port and with the same data. */
export interface LocalServer {
  readonly name: string;
  readonly logFile: string;
  /** The pid of the process that was started last. */
  readonly pid: number;
  /** Sends a signal; settles when the process has ended if the signal is SIGKILL, at once for any other. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM, SIGKILL after 3 s; nothing happens if it is not running. */
  stop(): Promise<void>;
  /** Starts it again and waits until it is ready; nothing happens if it is running. */
  start(): Promise<void>;
}

export type StartServer = (definition: ServerDefinition) => Promise<LocalServer>;

/** Called when a server ended although nothing stopped or killed it through its handle. */
export type OnUnexpectedExit = (error: ServerExitedError) => void;

/**
 * All servers are Go programs. By default Go collects garbage whenever a heap has doubled, and these heaps are small.
 * `npm run bench -- throughput --rounds 4` showed 7 % less CPU time of Temporal for each task, and 11 % of the API server
 * and etcd, than without this.
 */
const ENVIRONMENT = { GOGC: '400', GOMEMLIMIT: '2GiB' };
const STOP_GRACE_MILLISECONDS = 3_000;
/** Far above what it takes: a machine at a load of 20 needed more than a minute for the API server. */
const READY_MILLISECONDS = 180_000;
const READY_POLL_MILLISECONDS = 25;
const LOG_TAIL_LINES = 15;

/**
 * Starts a server and waits until it is ready.
 *
 * @throws {SpawnFailedError} the program cannot be run.
 * @throws {ServerExitedError} it ended before it was ready.
 * @throws {ServerNotReadyError} it was not ready after a minute.
 */
export async function startServer(
  definition: ServerDefinition,
  onUnexpectedExit: OnUnexpectedExit,
): Promise<LocalServer> {
  let running = await launch(definition, onUnexpectedExit);
  return {
    name: definition.name,
    logFile: definition.logFile,
    get pid() {
      return running.process.pid;
    },
    async kill(signal) {
      running.endExpected = true;
      running.process.kill(signal);
      if (signal === 'SIGKILL') await running.process.exited;
    },
    async stop() {
      running.endExpected = true;
      await running.process.stop(STOP_GRACE_MILLISECONDS);
    },
    async start() {
      if (running.ended === undefined) return;
      running = await launch(definition, onUnexpectedExit);
    },
  };
}

interface Running {
  readonly process: GuardedProcess;
  endExpected: boolean;
  ended?: ProcessExit;
}

async function launch(definition: ServerDefinition, onUnexpectedExit: OnUnexpectedExit): Promise<Running> {
  const { command, arguments: commandArguments, logFile } = definition;
  const env = { ...process.env, ...ENVIRONMENT };
  const spawned = await spawnGuarded({ command, arguments: commandArguments, env, output: { file: logFile } });
  const running: Running = { process: spawned, endExpected: true };
  void spawned.exited.then(async (ended) => {
    running.ended = ended;
    if (!running.endExpected) onUnexpectedExit(await exitError(definition, ended));
    return ended;
  });
  try {
    await ready(definition, running);
  } catch (error) {
    await spawned.stop(STOP_GRACE_MILLISECONDS);
    throw error;
  }
  running.endExpected = false;
  return running;
}

async function exitError({ name, logFile }: ServerDefinition, ended: ProcessExit): Promise<ServerExitedError> {
  const how = ended.signal ?? `code ${ended.code}`;
  return new ServerExitedError(`${name} ended (${how}). The end of ${logFile}:\n${await logTail(logFile)}`);
}

async function ready(definition: ServerDefinition, running: Running): Promise<void> {
  const { name, logFile } = definition;
  const deadline = Date.now() + READY_MILLISECONDS;
  while (!(await definition.isReady().catch(() => false))) {
    if (running.ended) throw await exitError(definition, running.ended);
    if (Date.now() > deadline) {
      throw new ServerNotReadyError(
        `${name} is not ready after ${READY_MILLISECONDS / 1000} s. The end of ${logFile}:\n${await logTail(logFile)}`,
      );
    }
    await delay(READY_POLL_MILLISECONDS);
  }
}

async function logTail(logFile: string): Promise<string> {
  const log = await readFile(logFile, 'utf8');
  return log.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
