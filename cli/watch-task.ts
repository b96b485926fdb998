import { setTimeout as sleep } from 'node:timers/promises';
import { SEI_NODE_TASK } from '../api/resources.ts';
import { backoffDelay } from '../lib/backoff-delay.ts';
import { hasHttpStatus, KubernetesApiError, KubernetesError } from '../kubernetes/errors.ts';
import { openWatch } from '../kubernetes/open-watch.ts';
import { WatchEventDecoder } from '../kubernetes/watch-event-decoder.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';

/** The server is asked to end a watch after this, in seconds. */
const WATCH_SECONDS = 300;

interface WatchOptions {
  readonly signal: AbortSignal;
  /** Told of what went wrong and is tried again. */
  readonly onProblem: (error: KubernetesError) => void;
}

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
    for await (const event of watchEvents(session, task, signal)) {
      if (event.type === 'DELETED') yield undefined;
      else if (event.type !== 'BOOKMARK') yield event.object as Task;
    }
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

async function* watchEvents({ transport }: Session, { metadata }: Task, signal: AbortSignal) {
  const { namespace, name, resourceVersion } = metadata;
  const selector = { resource: SEI_NODE_TASK, namespace, fieldSelector: `metadata.name=${name}` };
  const stream = await openWatch(transport, { ...selector, resourceVersion, timeoutSeconds: WATCH_SECONDS, signal });
  const decoder = new WatchEventDecoder();
  for await (const chunk of stream) {
    for (const event of decoder.push(chunk)) {
      if (event.type === 'ERROR')
        throw new KubernetesApiError({ call: 'The watch', httpStatus: event.object.code ?? 500, status: event.object });
      yield event;
    }
  }
}

/** Rights may be granted later, but not while somebody waits at a prompt. */
function isPassing(error: unknown): error is KubernetesError {
  return (
    error instanceof KubernetesError && error.retryable && !hasHttpStatus(error, 401) && !hasHttpStatus(error, 403)
  );
}
