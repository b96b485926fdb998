import { setTimeout as sleep } from 'node:timers/promises';
import { hasHttpStatus, type KubernetesError } from '../kubernetes/errors.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { backoffDelay } from '../lib/backoff-delay.ts';
import type { Session } from './session.ts';
import { isPassing, watchEvents, type WatchOptions } from './watch-events.ts';

interface ResourceWatch<Resource extends KubernetesObject> extends WatchOptions {
  readonly client: ResourceClient<Resource>;
}

interface WatchFrom<Resource extends KubernetesObject> {
  readonly client: ResourceClient<Resource>;
  readonly signal: AbortSignal;
  readonly resourceVersion: string | undefined;
  /** Called with what went wrong, and without when the server ended the watch in its time. */
  readonly onEnded: (problem?: KubernetesError) => void;
}

/**
 * Every state of one resource from the one given on, without a gap while the connection holds; ends when the resource
 * is gone.
 *
 * @throws the signal's reason; KubernetesError when another attempt cannot help.
 */
export async function* watchResource<Resource extends KubernetesObject>(
  session: Session,
  first: Resource,
  watch: ResourceWatch<Resource>,
): AsyncGenerator<Resource, void, undefined> {
  let last = first;
  let failures = 0;
  let isExpired = false;
  const onEnded = (problem?: KubernetesError): void => {
    // The API server no longer has the version: that of a resource which did not change for long.
    isExpired = hasHttpStatus(problem, 410);
    failures = problem === undefined || isExpired ? 0 : failures + 1;
    if (problem !== undefined && !isExpired) watch.onProblem(problem);
  };
  yield first;
  for (;;) {
    const resourceVersion = isExpired ? undefined : last.metadata.resourceVersion;
    const { client, signal } = watch;
    for await (const next of changesAfter(session, last, { client, signal, resourceVersion, onEnded })) {
      if (next?.metadata.uid !== first.metadata.uid) return;
      failures = 0;
      if (next.metadata.resourceVersion !== last.metadata.resourceVersion) yield next;
      last = next;
    }
    await sleep(backoffDelay(Math.max(1, failures), Math.random()), undefined, { signal });
    const next = await readAgain(last, watch);
    if (next?.metadata.uid !== first.metadata.uid) return;
    if (next.metadata.resourceVersion !== last.metadata.resourceVersion) yield next;
    last = next;
  }
}

/** What a resource becomes, and `undefined` when it is gone; ends with the connection. */
async function* changesAfter<Resource extends KubernetesObject>(
  session: Session,
  { metadata: { namespace, name } }: Resource,
  { client, signal, resourceVersion, onEnded }: WatchFrom<Resource>,
): AsyncGenerator<Resource | undefined, void, undefined> {
  try {
    const watched = { client, namespace, fieldSelector: `metadata.name=${name}`, resourceVersion };
    for await (const event of watchEvents(session, watched, signal))
      yield event.type === 'DELETED' ? undefined : event.resource;
    onEnded();
  } catch (error) {
    if (signal.aborted || !isPassing(error)) throw error;
    onEnded(error);
  }
}

/** The resource as it is now, or as it was last when the API server cannot say. */
async function readAgain<Resource extends KubernetesObject>(
  last: Resource,
  { client, signal, onProblem }: ResourceWatch<Resource>,
): Promise<Resource | undefined> {
  try {
    return await client.get(last.metadata.namespace, last.metadata.name, { signal });
  } catch (error) {
    if (signal.aborted || !isPassing(error)) throw error;
    onProblem(error);
    return last;
  }
}
