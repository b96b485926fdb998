import { once } from 'node:events';
import { parseGoDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import { timerLength } from '../lib/timer-length.ts';
import { UsageError } from './errors.ts';
import { LiveView } from './live-view.ts';
import type { Session } from './session.ts';
import { isOver, taskFacts } from './task-facts.ts';
import type { Task } from './task.ts';
import { watchTask } from './watch-task.ts';

const EXIT_FAILED = 1;
/** As `timeout(1)`. */
const EXIT_TIMED_OUT = 124;
/** As a shell reports a program that Ctrl-C has ended. */
const EXIT_INTERRUPTED = 130;

export interface FollowedTask {
  readonly code: number;
  /** As last seen. */
  readonly task: Task;
}

/** @throws UsageError when `--timeout` stands without the option that it belongs to. */
export function assertTimeoutUsed(
  options: { timeout?: string; wait?: boolean; watch?: boolean },
  flag: 'wait' | 'watch',
): void {
  if (options.timeout !== undefined && options[flag] !== true)
    throw new UsageError(`--timeout needs --${flag}: it is the longest time to watch.`);
}

/** Shows a task on `stream` until it is over, the time is up or Ctrl-C is pressed. */
export async function followTask(
  session: Session,
  first: Task,
  options: { timeout: string | undefined; stream: NodeJS.WriteStream },
): Promise<FollowedTask> {
  using view = new LiveView(options.stream);
  const stop = new AbortController();
  const timer =
    options.timeout === undefined ? undefined : setTimeout(() => stop.abort(EXIT_TIMED_OUT), timerMs(options.timeout));
  void once(process, 'SIGINT', { signal: stop.signal }).then(
    () => stop.abort(EXIT_INTERRUPTED),
    () => undefined,
  );
  let task = first;
  try {
    const onProblem = (error: Error): void => view.showProblem(printable(error.message));
    for await (task of watchTask(session, first, { signal: stop.signal, onProblem })) {
      view.show(task);
      if (isOver(task)) return { code: task.status?.phase === 'Complete' ? 0 : EXIT_FAILED, task };
    }
    view.say(
      `SeiNodeTask ${task.metadata.name} was deleted before it was over. What became of it: ${session.command(`history ${taskFacts(task).target}`)}`,
    );
    return { code: EXIT_FAILED, task };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    const code = stop.signal.reason as number;
    view.say(goesOn(session, task, code === EXIT_TIMED_OUT ? `Not over within ${options.timeout}` : 'Interrupted'));
    return { code, task };
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

function goesOn(session: Session, { metadata: { name } }: Task, why: string): string {
  return [
    `${why}. The task continues; nothing about it was changed.`,
    `Watch it again: ${session.command(`status ${name} -w`)}`,
    `Cancel it: ${session.command(`cancel ${name} --reason TEXT`)}`,
  ].join('\n');
}

function timerMs(duration: string): number {
  return timerLength(parseGoDuration(duration) ?? Number.POSITIVE_INFINITY);
}
