import { setTimeout as sleep } from 'node:timers/promises';
import { backoffDelay } from '../lib/backoff-delay.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import type { Session } from './session.ts';
import { isPassing, watchEvents, type WatchOptions } from './watch-events.ts';

interface ResourceWatch<Resource extends KubernetesObject> extends WatchOptions {
  readonly client: ResourceClient<Resource>;
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
  yield first;
  for (let failures = 1; ; failures += 1) {
    for await (const next of changesAfter(session, last, watch)) {
      if (next === undefined) return;
      failures = 1;
      last = next;
      yield next;
    }
    await sleep(backoffDelay(failures, Math.random()), undefined, { signal: watch.signal });
    const next = await readAgain(last, watch);
    if (next?.metadata.uid !== first.metadata.uid) return;
    if (next.metadata.resourceVersion !== last.metadata.resourceVersion) yield next;
    last = next;
  }
}

/** What a resource becomes, and `undefined` when it is gone; ends with the connection. */
async function* changesAfter<Resource extends KubernetesObject>(
  session: Session,
  { metadata: { namespace, name, resourceVersion } }: Resource,
  { client, signal, onProblem }: ResourceWatch<Resource>,
): AsyncGenerator<Resource | undefined, void, undefined> {
  try {
    const watched = { client, namespace, fieldSelector: `metadata.name=${name}`, resourceVersion };
    for await (const event of watchEvents(session, watched, signal))
      yield event.type === 'DELETED' ? undefined : event.resource;
  } catch (error) {
    if (signal.aborted || !isPassing(error)) throw error;
    onProblem(error);
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
