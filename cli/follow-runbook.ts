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

/** Prints a line for each change until `isDone`, the end of the runbook, the time or Ctrl-C. */
export async function followRunbook(
  session: Session,
  first: SeiNodeRunbook,
  {
    timeout,
    isDone = isRunbookOver,
    isQuiet = false,
  }: {
    readonly timeout?: string | undefined;
    readonly isDone?: (runbook: SeiNodeRunbook) => boolean;
    readonly isQuiet?: boolean;
  },
): Promise<FollowedRunbook> {
  const stop = new AbortController();
  const timer = timeout === undefined ? undefined : setTimeout(() => stop.abort(EXIT_TIMED_OUT), timerMs(timeout));
  void once(process, 'SIGINT', { signal: stop.signal }).then(
    () => stop.abort(EXIT_INTERRUPTED),
    () => undefined,
  );
  let runbook = first;
  let printed = '';
  try {
    for (;;) {
      const change = runbookChange(runbook);
      if (!isQuiet && change !== printed) print(change);
      printed = change;
      if (isDone(runbook)) return { code: codeOf(runbook), runbook };
      await sleep(POLL_MS, undefined, { signal: stop.signal });
      const next = await readAgain(session, runbook, stop.signal);
      if (next?.metadata.uid !== first.metadata.uid) {
        print(`SeiNodeRunbook ${first.metadata.name} was deleted. Its workflow finishes the node at hand.`);
        return { code: EXIT_FAILED, runbook };
      }
      runbook = next;
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const { name } = first.metadata;
    print(`No longer watched; the runbook continues. Watch it again: ${session.command(`runbook status ${name} -w`)}`);
    return { code: stop.signal.reason as number, runbook };
  } finally {
    clearTimeout(timer);
    stop.abort();
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
