import { hasHttpStatus, KubernetesApiError, KubernetesError } from '../kubernetes/errors.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import { openWatch } from '../kubernetes/open-watch.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { WatchEventDecoder } from '../kubernetes/watch-event-decoder.ts';
import type { Session } from './session.ts';

/** The server is asked to end a watch after this, in seconds. */
const WATCH_SECONDS = 300;

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Called with what went wrong and is retried. */
  readonly onProblem: (error: KubernetesError) => void;
}

interface WatchedResources<Resource extends KubernetesObject> {
  readonly client: ResourceClient<Resource>;
  /** Unset: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Unset: the watch begins with the resources as they are. */
  readonly resourceVersion: string | undefined;
}

export interface ResourceEvent<Resource> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: Resource;
}

/**
 * The events of one watch; ends with the connection.
 *
 * @throws what `openWatch` throws; KubernetesApiError for an event that is an error.
 */
export async function* watchEvents<Resource extends KubernetesObject>(
  { transport }: Session,
  { client, ...watched }: WatchedResources<Resource>,
  signal: AbortSignal,
): AsyncGenerator<ResourceEvent<Resource>, void, undefined> {
  const stream = await openWatch(transport, {
    ...watched,
    resource: client.kind,
    timeoutSeconds: WATCH_SECONDS,
    signal,
  });
  const decoder = new WatchEventDecoder();
  for await (const chunk of stream) {
    for (const event of decoder.push(chunk)) {
      if (event.type === 'ERROR')
        throw new KubernetesApiError({ call: 'The watch', httpStatus: event.object.code ?? 500, status: event.object });
      if (event.type !== 'BOOKMARK') yield { type: event.type, resource: event.object as Resource };
    }
  }
}

/** Whether a watch is retried. Rights may be granted later, but not while somebody waits at a prompt. */
export function isPassing(error: unknown): error is KubernetesError {
  return (
    error instanceof KubernetesError && error.retryable && !hasHttpStatus(error, 401) && !hasHttpStatus(error, 403)
  );
}
