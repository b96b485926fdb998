import { setTimeout as sleep } from 'node:timers/promises';
import { backoffDelay } from '../lib/backoff-delay.ts';
import { listAll, type FullList } from '../kubernetes/list-all.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';
import { isPassing, watchEvents, type ResourceEvent, type WatchOptions } from './watch-events.ts';

export interface TaskSelection {
  /** Unset: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
}

/**
 * What changes after a list, without end. After a lost connection everything is listed and compared.
 *
 * @throws the signal's reason; KubernetesError when another attempt cannot help.
 */
export async function* watchTasks(
  session: Session,
  { selection, list }: { readonly selection: TaskSelection; readonly list: FullList<Task> },
  options: WatchOptions,
): AsyncGenerator<ResourceEvent<Task>, void, undefined> {
  const known = byUid(list.items);
  let resourceVersion: string | undefined = list.resourceVersion;
  for (let failures = 0; ;) {
    try {
      const next: FullList<Task> | undefined =
        resourceVersion === undefined
          ? await listAll(session.tasks, { ...selection, signal: options.signal })
          : undefined;
      for (const event of differences(known, next?.items)) yield remembered(known, event);
      const watched = {
        ...selection,
        client: session.tasks,
        resourceVersion: resourceVersion ?? next!.resourceVersion,
      };
      resourceVersion = undefined;
      for await (const event of watchEvents(session, watched, options.signal)) {
        failures = 0;
        yield remembered(known, event);
      }
      // The server ends every watch in its time, also one on which nothing happened.
      failures = 0;
    } catch (error) {
      if (options.signal.aborted || !isPassing(error)) throw error;
      failures += 1;
      options.onProblem(error);
    }
    await sleep(backoffDelay(Math.max(1, failures), Math.random()), undefined, { signal: options.signal });
  }
}

function remembered(known: Map<string, Task>, event: ResourceEvent<Task>): ResourceEvent<Task> {
  if (event.type === 'DELETED') known.delete(event.resource.metadata.uid);
  else known.set(event.resource.metadata.uid, event.resource);
  return event;
}

function byUid(tasks: readonly Task[]): Map<string, Task> {
  return new Map(tasks.map((task) => [task.metadata.uid, task]));
}

/** What happened between two lists. */
function differences(
  before: ReadonlyMap<string, Task>,
  after: readonly Task[] | undefined,
): readonly ResourceEvent<Task>[] {
  if (after === undefined) return [];
  const now = byUid(after);
  return [
    ...[...before.values()]
      .filter(({ metadata }) => !now.has(metadata.uid))
      .map((task) => ({ type: 'DELETED', resource: task }) as const),
    ...after
      .filter(({ metadata }) => before.get(metadata.uid)?.metadata.resourceVersion !== metadata.resourceVersion)
      .map((task) => ({ type: before.has(task.metadata.uid) ? 'MODIFIED' : 'ADDED', resource: task }) as const),
  ];
}
