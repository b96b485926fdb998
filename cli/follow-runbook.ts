import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { parseGoDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import { timerLength } from '../lib/timer-length.ts';
import { print } from './output.ts';
import { isRunbookOver, runbooksOf } from './runbook.ts';
import { runbookChange } from './runbook-lines.ts';
import type { Session } from './session.ts';
import { isPassing } from './watch-events.ts';

/** The status changes about once a second. */
const POLL_MS = 1_000;
const EXIT_FAILED = 1;
/** As `timeout(1)`. */
const EXIT_TIMED_OUT = 124;
/** As a shell reports a program that Ctrl-C has ended. */
const EXIT_INTERRUPTED = 130;

export interface FollowedRunbook {
  readonly code: number;
  /** As last seen. */
  readonly runbook: SeiNodeRunbook;
}

export interface FollowOptions {
  /** Longest time, a Go duration. Unset: no limit. */
  readonly timeout?: string | undefined;
  /** What is waited for. Default: the end of the runbook. */
  readonly isDone?: (runbook: SeiNodeRunbook) => boolean;
  /** Whether changes are not printed. Default: they are. */
  readonly isQuiet?: boolean;
}

/** Prints a line for each change until `isDone`, the deletion of the runbook, the time or Ctrl-C. */
export async function followRunbook(
  session: Session,
  first: SeiNodeRunbook,
  options: FollowOptions,
): Promise<FollowedRunbook> {
  const stop = new AbortController();
  const { timeout } = options;
  const timer = timeout === undefined ? undefined : setTimeout(() => stop.abort(EXIT_TIMED_OUT), timerMs(timeout));
  void once(process, 'SIGINT', { signal: stop.signal }).then(
    () => stop.abort(EXIT_INTERRUPTED),
    () => undefined,
  );
  let runbook = first;
  try {
    for await (runbook of statesOf(session, first, stop.signal))
      if (isShown(runbook, options)) return { code: codeOf(runbook), runbook };
    print(`SeiNodeRunbook ${first.metadata.name} was deleted. Its workflow finishes the node at hand.`);
    return { code: EXIT_FAILED, runbook };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const again = session.command(`runbook status ${first.metadata.name} -w`);
    print(`No longer watched; the runbook continues. Watch it again: ${again}`);
    return { code: stop.signal.reason as number, runbook };
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** Prints a state. @returns Whether it is what is waited for. */
function isShown(runbook: SeiNodeRunbook, { isDone = isRunbookOver, isQuiet = false }: FollowOptions): boolean {
  if (!isQuiet) print(runbookChange(runbook));
  return isDone(runbook);
}

/** The states of a runbook that read differently, until it is deleted. */
async function* statesOf(
  session: Session,
  first: SeiNodeRunbook,
  signal: AbortSignal,
): AsyncGenerator<SeiNodeRunbook, void, undefined> {
  let last = first;
  yield first;
  for (;;) {
    await sleep(POLL_MS, undefined, { signal });
    const next = await readAgain(session, last, signal);
    if (next?.metadata.uid !== first.metadata.uid) return;
    const isOther =
      runbookChange(next) !== runbookChange(last) || next.status?.control?.id !== last.status?.control?.id;
    last = next;
    if (isOther) yield next;
  }
}

function codeOf({ status }: SeiNodeRunbook): number {
  return status?.phase === 'Failed' || status?.phase === 'Aborted' ? EXIT_FAILED : 0;
}

async function readAgain(
  session: Session,
  last: SeiNodeRunbook,
  signal: AbortSignal,
): Promise<SeiNodeRunbook | undefined> {
  try {
    return await runbooksOf(session).get(last.metadata.namespace, last.metadata.name, { signal });
  } catch (error) {
    if (signal.aborted || !isPassing(error)) throw error;
    print(`Trying again: ${printable(error.message)}`);
    return last;
  }
}

function timerMs(duration: string): number {
  return timerLength(parseGoDuration(duration) ?? Number.POSITIVE_INFINITY);
}
