import { isTerminal, type Condition, type SeiNodeTask, type SeiNodeTaskStatus, type TaskPhase } from './sei-node-task.ts';
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

function phaseAfter(update: StatusUpdate): TaskPhase {
  if (update.step === 'finished') return update.verdict.phase;
  return update.step === 'executing' ? 'Running' : 'Pending';
}

/** Terminal is terminal, and a task that runs does not go back to Pending, whoever wrote the status. */
function mayMove(from: TaskPhase | undefined, to: TaskPhase): boolean {
  return !isTerminal(from) && !(from === 'Running' && to === 'Pending');
}

/**
 * The status after an update.
 *
 * @returns `undefined` when the update must not or need not be written.
 */
export function nextStatus(
  current: SeiNodeTaskStatus = {},
  update: StatusUpdate,
  context: UpdateContext,
): SeiNodeTaskStatus | undefined {
  const phase = phaseAfter(update);
  if (!mayMove(current.phase, phase)) return undefined;
  const at = timestamp(context.atMs);
  const { targetFirstObservedAt, ...rest } = current;
  return {
    ...rest,
    ...(phase === 'Pending' && targetFirstObservedAt !== undefined ? { targetFirstObservedAt } : {}),
    ...generationOf(context),
    startedAt: current.startedAt ?? at,
    phase,
    phaseTransitionTime: (phase === current.phase ? current.phaseTransitionTime : undefined) ?? at,
    ...fieldsAfter[update.step](current, update as never, context),
  };
}

function generationOf({ generation }: UpdateContext): { observedGeneration?: number } {
  return generation === undefined ? {} : { observedGeneration: generation };
}

type Step = StatusUpdate['step'];
type FieldsAfter<Name extends Step> = (
  current: SeiNodeTaskStatus,
  update: Extract<StatusUpdate, { step: Name }>,
  context: UpdateContext,
) => Partial<SeiNodeTaskStatus>;

const fieldsAfter: { readonly [Name in Step]: FieldsAfter<Name> } = {
  accepted: (_current, update) => ({ workflow: { id: update.workflowId } }),

  waiting: (current, update, context) => ({
    targetFirstObservedAt: current.targetFirstObservedAt ?? timestamp(context.atMs),
    conditions: withCondition(current, context, {
      type: 'TargetReady',
      status: 'False',
      reason: 'PhaseNotMet',
      message: update.message,
    }),
  }),

  executing: (current, update, context) => {
    const startedAt = timestamp(update.startedAtMs);
    return {
      task: { id: update.taskId, status: 'Running', submittedAt: startedAt, executionStartedAt: startedAt },
      conditions: withCondition(current, context, {
        type: 'TargetReady',
        status: 'True',
        reason: 'PhaseMet',
        message: update.message,
      }),
    };
  },

  finished: (current, { verdict }, context) => ({
    ...(current.task === undefined ? {} : { task: taskAfter(current.task, verdict) }),
    conditions: withCondition(current, context, {
      type: verdict.phase === 'Complete' ? 'Ready' : 'Failed',
      status: 'True',
      reason: verdict.reason,
      message: verdict.message,
    }),
  }),
};

type TaskStatus = NonNullable<SeiNodeTaskStatus['task']>;

function taskAfter(task: TaskStatus, verdict: Verdict): TaskStatus {
  if (verdict.phase === 'Complete') return { ...task, status: 'Complete' };
  return { ...task, status: 'Failed', err: verdict.sidecarError ?? verdict.message };
}

/** As in `meta.SetStatusCondition`: `lastTransitionTime` moves only when the condition's status changes. */
function withCondition(
  current: SeiNodeTaskStatus,
  context: UpdateContext,
  next: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
): Condition[] {
  const previous = current.conditions?.find(({ type }) => type === next.type);
  const lastTransitionTime = previous?.status === next.status ? previous.lastTransitionTime : timestamp(context.atMs);
  const others = current.conditions?.filter(({ type }) => type !== next.type) ?? [];
  return [...others, { ...next, ...generationOf(context), lastTransitionTime }];
}

/** Without what the CRD as first published refuses: its `status.task.status` knows no `Running` (contract §1). */
function asFirstPublished(status: SeiNodeTaskStatus): SeiNodeTaskStatus {
  return status.task?.status === 'Running' ? { ...status, task: { ...status.task, status: 'Pending' } } : status;
}

interface StatusWrite {
  readonly compute: (resource: SeiNodeTask) => SeiNodeTaskStatus | undefined;
  readonly fallback: (refused: SeiNodeTaskStatus) => SeiNodeTaskStatus;
}

/** An update as the status writer takes it: the next status, and the one to try when the cluster's CRD refuses it. */
export function statusWrite(update: StatusUpdate, atMs: number): StatusWrite {
  return {
    compute: ({ status, metadata }) => nextStatus(status, update, { generation: metadata.generation, atMs }),
    fallback: asFirstPublished,
  };
}
