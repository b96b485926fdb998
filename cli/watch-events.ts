import { SEI_NODE_TASK } from '../api/resources.ts';
import { hasHttpStatus, KubernetesApiError, KubernetesError } from '../kubernetes/errors.ts';
import { openWatch } from '../kubernetes/open-watch.ts';
import { WatchEventDecoder } from '../kubernetes/watch-event-decoder.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';

/** The server is asked to end a watch after this, in seconds. */
const WATCH_SECONDS = 300;

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Called with what went wrong and is retried. */
  readonly onProblem: (error: KubernetesError) => void;
}

interface WatchedTasks {
  /** Unset: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly resourceVersion: string;
}

export interface TaskEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly task: Task;
}

/**
 * The events of one watch; ends with the connection.
 *
 * @throws what `openWatch` throws; KubernetesApiError for an event that is an error.
 */
export async function* watchEvents(
  { transport }: Session,
  watched: WatchedTasks,
  signal: AbortSignal,
): AsyncGenerator<TaskEvent, void, undefined> {
  const stream = await openWatch(transport, {
    ...watched,
    resource: SEI_NODE_TASK,
    timeoutSeconds: WATCH_SECONDS,
    signal,
  });
  const decoder = new WatchEventDecoder();
  for await (const chunk of stream) {
    for (const event of decoder.push(chunk)) {
      if (event.type === 'ERROR')
        throw new KubernetesApiError({ call: 'The watch', httpStatus: event.object.code ?? 500, status: event.object });
      if (event.type !== 'BOOKMARK') yield { type: event.type, task: event.object as Task };
    }
  }
}

/** Whether a watch is retried. Rights may be granted later, but not while somebody waits at a prompt. */
export function isPassing(error: unknown): error is KubernetesError {
  return (
    error instanceof KubernetesError && error.retryable && !hasHttpStatus(error, 401) && !hasHttpStatus(error, 403)
  );
}
