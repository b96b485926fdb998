import { setTimeout as sleep } from 'node:timers/promises';
import { hasHttpStatus, isObjectMissing } from './errors.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { mergePatch, type Fields } from './merge-patch.ts';
import type { ResourceClient } from './resource-client.ts';

/** Maximum number of conflicts in a row. After that the caller retries with its own backoff. */
const ATTEMPTS = 5;
/** Pause after the first conflict, doubled each time, in milliseconds. */
const FIRST_PAUSE_MS = 20;

/** Maximum number of refusals of one status (422) after each of which a different one is tried. */
const REFUSALS = 5;

/** An object with a status of type `S`. */
export type WithStatus<S extends object = object> = KubernetesObject & { readonly status?: S };

type StatusOf<T extends WithStatus> = NonNullable<T['status']>;

export interface StatusUpdate<T extends WithStatus> {
  readonly client: ResourceClient<T>;
  readonly namespace: string;
  readonly name: string;
  /** Only the object with this uid is written. One created later under the same name is a different object. */
  readonly uid: string;
  /**
   * Computes the complete new status from the present object. `undefined`: write nothing. A field that is left out is
   * removed. Must be pure: it is called again with a newer object after each conflict.
   */
  readonly compute: (current: T) => StatusOf<T> | undefined;
  /**
   * Computes what to write in place of a status that the cluster's CRD refuses (422), from the computed status and the
   * fields that the API server named in each refusal so far. `undefined`: the refusal is thrown. Unset: every refusal
   * is thrown. Must be pure.
   */
  readonly whenRefused?: (status: StatusOf<T>, refusals: readonly (readonly string[])[]) => StatusOf<T> | undefined;
  /** The object as last read, to save the first read. */
  readonly current?: T;
  readonly signal?: AbortSignal;
}

export type StatusUpdateResult<T> =
  | { readonly outcome: 'written' | 'unchanged'; readonly object: T }
  /** The object no longer exists: nothing was written. */
  | { readonly outcome: 'gone' };

/**
 * Writes a status with optimistic concurrency: a merge patch on `/status` with the resourceVersion from which it was
 * computed. After a conflict it is computed again.
 *
 * @throws KubernetesApiError `KUBERNETES_CONFLICT` (retryable) after 5 conflicts in a row; whatever the client throws.
 */
export async function updateStatus<T extends WithStatus>(update: StatusUpdate<T>): Promise<StatusUpdateResult<T>> {
  let current = update.current;
  for (let attempt = 1; ; attempt += 1) {
    current ??= await update.client.get(update.namespace, update.name, { signal: update.signal });
    if (current?.metadata.uid !== update.uid) return { outcome: 'gone' };
    try {
      return await writeOnce(update, current);
    } catch (error) {
      if (isObjectMissing(error)) return { outcome: 'gone' };
      if (!hasHttpStatus(error, 409) || attempt === ATTEMPTS) throw error;
      current = undefined;
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random()), undefined, { signal: update.signal });
    }
  }
}

async function writeOnce<T extends WithStatus>(update: StatusUpdate<T>, current: T): Promise<StatusUpdateResult<T>> {
  const next = update.compute(current);
  if (next === undefined) return { outcome: 'unchanged', object: current };
  const refusals: (readonly string[])[] = [];
  for (let status: StatusOf<T> | undefined = next; ;) {
    try {
      return await patch(update, current, status);
    } catch (error) {
      if (!hasHttpStatus(error, 422) || refusals.length === REFUSALS) throw error;
      refusals.push(error.causes.map(({ field }) => field));
      status = update.whenRefused?.(next, refusals);
      if (status === undefined) throw error;
    }
  }
}

async function patch<T extends WithStatus>(
  { client, namespace, name, uid, signal }: StatusUpdate<T>,
  current: T,
  next: StatusOf<T>,
): Promise<StatusUpdateResult<T>> {
  const status = mergePatch((current.status ?? {}) as Fields, next as Fields);
  if (status === undefined) return { outcome: 'unchanged', object: current };
  const body = { metadata: { resourceVersion: current.metadata.resourceVersion }, status };
  const object = await client.patchStatus({ namespace, name }, body, { signal });
  return object.metadata.uid === uid ? { outcome: 'written', object } : { outcome: 'gone' };
}
