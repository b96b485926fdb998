import { conditionWith } from './conditions.ts';
import { isTerminal, type SeiNodeTaskStatus, type TaskPhase } from './sei-node-task.ts';
import type { Verdict } from './verdict.ts';

/** Something that happened to a task, to be written into its status. */
export type StatusUpdate =
  | { readonly step: 'accepted'; readonly workflowId: string }
  | { readonly step: 'waiting'; readonly message: string }
  | { readonly step: 'executing'; readonly message: string; readonly taskId: string; readonly startedAtMs: number }
  | { readonly step: 'finished'; readonly verdict: Verdict };

export interface UpdateContext {
  readonly generation?: number | undefined;
  /** When it happened, in milliseconds since the epoch; the same on every attempt to write it. */
  readonly atMs: number;
}

/** RFC 3339 in whole seconds, as `metav1.Time` is written. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

const phaseOrder: readonly (TaskPhase | undefined)[] = [undefined, 'Pending', 'Running', 'Complete'];

/**
 * The status after an update.
 *
 * A terminal status is never touched again and a phase never moves back, whoever wrote them.
 *
 * @returns `undefined` when the update must not or need not be written.
 */
export function nextStatus(
  current: SeiNodeTaskStatus | undefined,
  update: StatusUpdate,
  context: UpdateContext,
): SeiNodeTaskStatus | undefined {
  const status = current ?? {};
  if (isTerminal(status.phase)) return undefined;
  const phase = phaseAfter(update);
  if (phaseOrder.indexOf(status.phase) > phaseOrder.indexOf(phase === 'Failed' ? 'Complete' : phase)) return undefined;
  const at = timestamp(context.atMs);
  const next: SeiNodeTaskStatus = {
    ...status,
    ...fieldsAfter(status, update, context),
    ...(context.generation === undefined ? {} : { observedGeneration: context.generation }),
    startedAt: status.startedAt ?? at,
    phase,
    phaseTransitionTime: status.phase === phase ? (status.phaseTransitionTime ?? at) : at,
  };
  if (update.step === 'executing' || update.step === 'finished') delete next.targetFirstObservedAt;
  return JSON.stringify(next) === JSON.stringify(status) ? undefined : next;
}

function phaseAfter(update: StatusUpdate): TaskPhase {
  if (update.step === 'finished') return update.verdict.phase;
  return update.step === 'executing' ? 'Running' : 'Pending';
}

function fieldsAfter(
  status: SeiNodeTaskStatus,
  update: StatusUpdate,
  context: UpdateContext,
): Partial<SeiNodeTaskStatus> {
  const at = timestamp(context.atMs);
  const condition = (fields: Pick<Parameters<typeof conditionWith>[1], 'type' | 'status' | 'reason' | 'message'>) => ({
    conditions: conditionWith(status.conditions, {
      ...fields,
      lastTransitionTime: at,
      ...(context.generation === undefined ? {} : { observedGeneration: context.generation }),
    }),
  });
  switch (update.step) {
    case 'accepted':
      return { workflow: { id: update.workflowId } };
    case 'waiting':
      return {
        targetFirstObservedAt: status.targetFirstObservedAt ?? at,
        ...condition({ type: 'TargetReady', status: 'False', reason: 'PhaseNotMet', message: update.message }),
      };
    case 'executing': {
      const startedAt = timestamp(update.startedAtMs);
      return {
        task: { id: update.taskId, status: 'Running', submittedAt: startedAt, executionStartedAt: startedAt },
        ...condition({ type: 'TargetReady', status: 'True', reason: 'PhaseMet', message: update.message }),
      };
    }
    case 'finished':
      return {
        ...taskAfter(status.task, update.verdict),
        ...condition({
          type: update.verdict.phase === 'Complete' ? 'Ready' : 'Failed',
          status: 'True',
          reason: update.verdict.reason,
          message: update.verdict.message,
        }),
      };
  }
}

function taskAfter(task: SeiNodeTaskStatus['task'], verdict: Verdict): Pick<SeiNodeTaskStatus, 'task'> {
  if (task === undefined) return {};
  if (verdict.phase === 'Complete') return { task: { ...task, status: 'Complete' } };
  return { task: { ...task, status: 'Failed', err: verdict.sidecarError ?? verdict.message } };
}
