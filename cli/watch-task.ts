import { setTimeout as sleep } from 'node:timers/promises';
import { backoffDelay } from '../lib/backoff-delay.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';
import { isPassing, watchEvents, type WatchOptions } from './watch-events.ts';

/**
 * Every state of one task from the one given on, without a gap while the connection holds; ends when the task is gone.
 *
 * @throws the signal's reason; KubernetesError when another attempt cannot help.
 */
export async function* watchTask(
  session: Session,
  first: Task,
  options: WatchOptions,
): AsyncGenerator<Task, void, undefined> {
  let last = first;
  yield first;
  for (let failures = 1; ; failures += 1) {
    for await (const next of changesAfter(session, last, options)) {
      if (next === undefined) return;
      failures = 1;
      last = next;
      yield next;
    }
    await sleep(backoffDelay(failures, Math.random()), undefined, { signal: options.signal });
    const next = await readAgain(session, last, options);
    if (next?.metadata.uid !== first.metadata.uid) return;
    if (next.metadata.resourceVersion !== last.metadata.resourceVersion) yield next;
    last = next;
  }
}

/** What a task becomes, and `undefined` when it is gone; ends with the connection. */
async function* changesAfter(
  session: Session,
  task: Task,
  { signal, onProblem }: WatchOptions,
): AsyncGenerator<Task | undefined, void, undefined> {
  try {
    const { namespace, name, resourceVersion } = task.metadata;
    const watched = { namespace, fieldSelector: `metadata.name=${name}`, resourceVersion };
    for await (const event of watchEvents(session, watched, signal))
      yield event.type === 'DELETED' ? undefined : event.task;
  } catch (error) {
    if (signal.aborted || !isPassing(error)) throw error;
    onProblem(error);
  }
}

/** The task as it is now, or as it was last when the API server cannot say. */
async function readAgain(
  { tasks }: Session,
  last: Task,
  { signal, onProblem }: WatchOptions,
): Promise<Task | undefined> {
  try {
    return await tasks.get(last.metadata.namespace, last.metadata.name, { signal });
  } catch (error) {
    if (signal.aborted || !isPassing(error)) throw error;
    onProblem(error);
    return last;
  }
}
