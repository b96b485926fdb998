import { SEI_NODE_RUNBOOK } from '../../api/resources.ts';
import type { MirrorTarget } from '../../api/temporal/task-input.ts';

/** Phases and reasons that somebody has to know of. */
const WARNINGS: readonly string[] = ['NeedsOperator', 'Failed', 'Aborted', 'ChainHalted'];

/** The Event of a runbook that has another phase or reason. @param key - The same for every attempt to record it. */
export function runbookEvent(
  runbook: MirrorTarget,
  {
    phase,
    reason,
    note,
    key,
  }: { readonly phase: string; readonly reason: string; readonly note: string; readonly key: string },
) {
  const isWarning = WARNINGS.includes(phase) || WARNINGS.includes(reason);
  const type: 'Normal' | 'Warning' = isWarning ? 'Warning' : 'Normal';
  return { regarding: regardingRunbook(runbook), type, reason, action: phase, note, key };
}

/** What an Event on a runbook is about. */
export function regardingRunbook({ namespace, name, uid }: MirrorTarget) {
  const { group, version, kind } = SEI_NODE_RUNBOOK;
  return { apiVersion: `${group}/${version}`, kind, namespace, name, uid };
}
