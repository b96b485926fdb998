import type { Condition } from './sei-node-task.ts';

/**
 * The conditions with one of them set. As in `meta.SetStatusCondition`, `lastTransitionTime` moves only when the
 * condition's status changes.
 */
export function conditionWith(conditions: readonly Condition[] | undefined, next: Condition): Condition[] {
  const others = (conditions ?? []).filter((condition) => condition.type !== next.type);
  const previous = conditions?.find((condition) => condition.type === next.type);
  const unchanged = previous?.status === next.status;
  return [...others, unchanged ? { ...next, lastTransitionTime: previous.lastTransitionTime } : next];
}
