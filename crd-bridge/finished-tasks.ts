import { CANCEL_ANNOTATION } from '../api/provenance.ts';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import { present } from '../lib/present.ts';
import { declaredBy, DECLARING_ANNOTATIONS } from './declared-by.ts';

/** A timer cannot wait longer than 2^31 ms. A task that is due later is checked again. */
const LONGEST_WAIT_MS = 3_600_000;
/** How long API servers keep Events by default, in milliseconds. */
const EVENT_LIFETIME_MS = 3_600_000;
/** Annotations that are read when a task is finished. The one of `kubectl apply` is as large as the manifest. */
const KEPT_ANNOTATIONS = new Set([CANCEL_ANNOTATION, ...DECLARING_ANNOTATIONS]);

/**
 * Time until a finished task is deleted by `spec.ttlSecondsAfterFinished`, in milliseconds. 0: delete it now.
 *
 * @param defaultTtlMs - For tasks without that field, in milliseconds. A task that a program would create again, and
 *   which would then be carried out again, is not deleted by it. Unset: such tasks are kept.
 * @returns `undefined` when it is not to be deleted, or has not finished.
 */
export function remainingLifetime(task: SeiNodeTask, nowMs: number, defaultTtlMs?: number): number | undefined {
  const ttlMs = timeToLive(task, defaultTtlMs);
  if (ttlMs === undefined || !isTerminal(task.status?.phase)) return undefined;
  return lifetimeLeft(endOf(task), ttlMs, nowMs);
}

/**
 * Time until something that ended is deleted, at most an hour, in milliseconds.
 *
 * @param endedAt - RFC 3339.
 * @returns `undefined` when that is not a time.
 */
export function lifetimeLeft(endedAt: string | undefined, ttlMs: number, nowMs: number): number | undefined {
  const endedAtMs = Date.parse(endedAt ?? '');
  if (Number.isNaN(endedAtMs)) return undefined;
  return Math.min(LONGEST_WAIT_MS, Math.max(0, endedAtMs + ttlMs - nowMs));
}

function timeToLive({ metadata, spec }: SeiNodeTask, defaultTtlMs: number | undefined): number | undefined {
  const seconds = spec?.['ttlSecondsAfterFinished'];
  if (seconds === undefined) return declaredBy(metadata) === undefined ? defaultTtlMs : undefined;
  return typeof seconds === 'number' && seconds >= 0 ? seconds * 1_000 : undefined;
}

/** A cluster with the CRD as first published has no `completedAt`. */
function endOf({ status }: SeiNodeTask): string | undefined {
  return status?.completedAt ?? status?.conditions?.find(isEnd)?.lastTransitionTime;
}

function isEnd({ type }: { readonly type: string }): boolean {
  return type === 'Ready' || type === 'Failed';
}

/**
 * Whether an Event about the last edit of a task's metadata or spec may still exist. A bridge that starts later would
 * record it again.
 */
export function isRecentlyEdited({ managedFields = [] }: SeiNodeTask['metadata'], nowMs: number): boolean {
  const times = managedFields.filter(({ subresource }) => !subresource).map(({ time }) => Date.parse(time ?? ''));
  return times.length === 0 || times.some((timeMs) => !(nowMs - timeMs > EVENT_LIFETIME_MS));
}

/** Whether the spec of a task that this service finished was edited since the last edit that its status tells of. */
export function isEditedAfterEnd({ metadata, status = {} }: SeiNodeTask): boolean {
  const { phase, workflow, observedGeneration = 0 } = status;
  return isTerminal(phase) && workflow !== undefined && (metadata.generation ?? 0) > observedGeneration;
}

/**
 * A task with only what is read of it once it has finished, which is a small part; another task as it is, also one
 * whose edit its status does not tell of yet. The bridge keeps every task in memory, and most of them have finished.
 */
export function withoutUnread(task: SeiNodeTask): SeiNodeTask {
  if (!isTerminal(task.status?.phase) || isEditedAfterEnd(task)) return task;
  const { metadata, spec = {}, status = {} } = task;
  const { namespace, name, uid, resourceVersion } = metadata;
  const { phase, reason, completedAt, conditions } = status;
  const isCancelled = metadata.annotations?.[CANCEL_ANNOTATION] !== undefined;
  const { kind, target, ttlSecondsAfterFinished } = spec;
  return {
    metadata: {
      namespace,
      name,
      uid,
      resourceVersion,
      ...present({ labels: metadata.labels, managedFields: isCancelled ? metadata.managedFields : undefined }),
      ...present({ annotations: keptAnnotations(metadata) }),
    },
    spec: present({ kind, target, ttlSecondsAfterFinished }),
    status: present({ phase, reason, completedAt, conditions: completedAt === undefined ? conditions : undefined }),
  };
}

function keptAnnotations({ annotations = {} }: SeiNodeTask['metadata']): Readonly<Record<string, string>> | undefined {
  const kept = Object.entries(annotations).filter(([key]) => KEPT_ANNOTATIONS.has(key));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
