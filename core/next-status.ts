import type { Verdict } from '../api/temporal/task-outcome.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { present } from '../lib/present.ts';
import type { Progress } from './progress.ts';
import type { TaskPhase } from '../api/phases.ts';
import { isTerminal, type Condition, type SeiNodeTaskStatus } from '../api/sei-node-task.ts';
import { timestamp } from '../lib/timestamp.ts';

/** Why the target is not ready. */
export type WaitReason = 'PhaseNotMet' | 'Queued' | 'Guarded';

export type WorkflowReference = NonNullable<SeiNodeTaskStatus['workflow']>;

/** Something that happened to a task, to be written into its status. */
export type StatusChange =
  /** The bridge has seen the resource. */
  | { readonly step: 'accepted' }
  /** The target is in another phase, or busy with other work, for which a task that was begun before waits too. */
  | { readonly step: 'waiting'; readonly reason: WaitReason; readonly progress: Progress }
  /**
   * Written before the task is sent. `targetMessage` is unset when the target's phase was not consulted. A start that
   * is recorded for this task already stays: a worker may have died right after writing it.
   */
  | {
      readonly step: 'executing';
      readonly progress: Progress;
      readonly targetMessage?: string;
      readonly taskId: string;
      readonly startedAtMs: number;
    }
  /** The task continues. `submittedAtMs`: when the sidecar was first known to have accepted it. */
  | { readonly step: 'working'; readonly progress: Progress; readonly submittedAtMs?: number | undefined }
  /** Something to know that moves nothing: the task was cancelled and is not over yet, or its target cannot be read. */
  | { readonly step: 'noted'; readonly progress: Progress }
  | { readonly step: 'finished'; readonly verdict: Verdict; readonly submittedAtMs?: number | undefined }
  /** The spec of a finished task was edited. Of such an edit only the TTL has an effect. */
  | { readonly step: 'edited' };

/** What moves a task that has not finished. */
type Move = Exclude<StatusChange, { step: 'edited' }>;

export interface ChangeContext {
  /** Of the spec that is acted on. Unset: that of the resource as it is read. */
  readonly generation?: number;
  /** Of the resource as it is read. Unset: `generation`. */
  readonly latestGeneration?: number | undefined;
  /** When it happened, in milliseconds since the epoch; the same on every attempt to write it. */
  readonly atMs: number;
  /** Unset: the writer is not a workflow. */
  readonly workflow?: WorkflowReference | undefined;
  /** Who asked for the task and why; ends the message. */
  readonly provenance?: string | undefined;
}

function phaseAfter(change: Move, current: TaskPhase | undefined): TaskPhase {
  switch (change.step) {
    case 'accepted':
    case 'noted':
      return current ?? 'Pending';
    case 'waiting':
      return change.reason !== 'PhaseNotMet' && current === 'Running' ? 'Running' : 'Pending';
    case 'finished':
      return change.verdict.phase;
    default:
      return 'Running';
  }
}

/** Terminal is terminal, and a task that runs does not go back to Pending, whoever wrote the status. */
function mayMove(from: TaskPhase | undefined, to: TaskPhase): boolean {
  return !isTerminal(from) && !(from === 'Running' && to === 'Pending');
}

/**
 * The status after an change.
 *
 * @returns `undefined` when the change must not or need not be written.
 */
export function nextStatus(
  current: SeiNodeTaskStatus = {},
  change: StatusChange,
  given: ChangeContext,
): SeiNodeTaskStatus | undefined {
  const context = { ...given, ...present({ generation: generationAfter(current, given) }) };
  if (change.step === 'edited') return observedAfterEnd(current, context);
  const phase = phaseAfter(change, current.phase);
  if (!mayMove(current.phase, phase)) return undefined;
  const at = timestamp(context.atMs);
  const { targetFirstObservedAt, step, reason, ...rest } = current;
  const startedAt = current.startedAt ?? at;
  const { observedGeneration = context.generation } = current;
  return {
    ...rest,
    ...(actsOnSpec(change)
      ? present({ observedGeneration: context.generation })
      : present({ step, reason, targetFirstObservedAt, observedGeneration })),
    startedAt,
    phase,
    phaseTransitionTime: (phase === current.phase ? current.phaseTransitionTime : undefined) ?? at,
    ...workflowAfter(current.workflow, context.workflow),
    ...fieldsAfter[change.step]({ ...current, startedAt }, change as never, context),
  };
}

/**
 * A poll that an edit has ended may still write, after the next poll has written. It does not take that edit back. A
 * generation that the resource does not have is from before a restored backup.
 */
function generationAfter(
  { observedGeneration = 0 }: SeiNodeTaskStatus,
  { generation, latestGeneration = generation }: ChangeContext,
): number | undefined {
  if (generation === undefined || latestGeneration === undefined) return latestGeneration;
  return observedGeneration <= latestGeneration ? Math.max(generation, observedGeneration) : generation;
}

function actsOnSpec({ step }: Move): boolean {
  return step !== 'accepted' && step !== 'noted';
}

/** `kubectl wait` ignores conditions of an older generation: for a task that was edited after its end it would hang. */
function observedAfterEnd(
  current: SeiNodeTaskStatus,
  { generation: observedGeneration }: ChangeContext,
): SeiNodeTaskStatus | undefined {
  if (!isTerminal(current.phase) || observedGeneration === undefined) return undefined;
  const { conditions = [] } = current;
  return { ...current, observedGeneration, conditions: conditions.map((each) => ({ ...each, observedGeneration })) };
}

/** What others know of the same workflow stays: the bridge does not know the run. */
function workflowAfter(
  current: WorkflowReference | undefined,
  next: WorkflowReference | undefined,
): { workflow?: WorkflowReference } {
  if (next === undefined) return current === undefined ? {} : { workflow: current };
  return { workflow: { ...(current?.id === next.id ? current : {}), ...next } };
}

/** Step of a task that was cancelled and is not over yet: later steps do not replace it. */
const CANCELLING = 'Cancelling';

type FieldsAfter<Name extends Move['step']> = (
  current: SeiNodeTaskStatus & { readonly startedAt: string },
  change: Extract<Move, { step: Name }>,
  context: ChangeContext,
) => Partial<SeiNodeTaskStatus>;

const fieldsAfter: { readonly [Name in Move['step']]: FieldsAfter<Name> } = {
  accepted: () => ({}),

  waiting: (current, { reason, progress }, context) => ({
    ...told(progress, context),
    reason,
    ...(reason === 'PhaseNotMet'
      ? { targetFirstObservedAt: current.targetFirstObservedAt ?? timestamp(context.atMs) }
      : {}),
    ...(current.phase === 'Running'
      ? {}
      : {
          conditions: withCondition(current, context, {
            type: 'TargetReady',
            status: 'False',
            reason,
            message: progress.message,
          }),
        }),
  }),

  executing: (current, { progress, targetMessage: message, taskId: id, startedAtMs }, context) => {
    const { submittedAt, executionStartedAt = timestamp(startedAtMs) } = current.task?.id === id ? current.task : {};
    return {
      ...told(progress, context),
      task: { id, status: 'Running', ...present({ submittedAt }), executionStartedAt },
      ...(message === undefined
        ? {}
        : {
            conditions: withCondition(current, context, {
              type: 'TargetReady',
              status: 'True',
              reason: 'PhaseMet',
              message,
            }),
          }),
    };
  },

  working: (current, { progress, submittedAtMs }, context) => ({
    ...(current.step === CANCELLING
      ? present({ step: current.step, message: current.message })
      : told(progress, context)),
    ...(current.task === undefined ? {} : { task: withSubmission(current.task, submittedAtMs) }),
  }),

  noted: (_current, { progress }, context) => told(progress, context),

  finished: (current, { verdict, submittedAtMs }, context) => ({
    reason: verdict.reason,
    message: messageOf(verdict.message, context),
    completedAt: timestamp(context.atMs),
    duration: formatDuration(context.atMs - Date.parse(current.startedAt)),
    ...(current.task === undefined ? {} : { task: taskAfter(withSubmission(current.task, submittedAtMs), verdict) }),
    ...present({ outputs: verdict.outputs }),
    conditions: withEnd({ ...current, conditions: targetConditionsAfter(current, verdict) }, verdict, context),
  }),
};

/** At the end, TargetReady=False no longer says that the task waits. */
function targetConditionsAfter({ conditions = [] }: SeiNodeTaskStatus, { message }: Verdict): Condition[] {
  return conditions.map((condition) =>
    condition.type === 'TargetReady' && condition.status === 'False' ? { ...condition, message } : condition,
  );
}

/** `Finished` says the same as `Ready` or `Failed`, so that one `kubectl wait` returns at either end. */
function withEnd(current: SeiNodeTaskStatus, { phase, reason, message }: Verdict, context: ChangeContext): Condition[] {
  const ended = { status: 'True', reason, message } as const;
  const conditions = withCondition(current, context, { ...ended, type: phase === 'Complete' ? 'Ready' : 'Failed' });
  return withCondition({ ...current, conditions }, context, { ...ended, type: 'Finished' });
}

function told({ step, message }: Progress, context: ChangeContext): Partial<SeiNodeTaskStatus> {
  return { step, message: messageOf(message, context) };
}

function messageOf(message: string, { provenance = '' }: ChangeContext): string {
  return `${message} ${provenance}`.trimEnd();
}

type TaskStatus = NonNullable<SeiNodeTaskStatus['task']>;

/** What another controller or an earlier attempt recorded stays. */
function withSubmission(task: TaskStatus, submittedAtMs: number | undefined): TaskStatus {
  return submittedAtMs === undefined || task.submittedAt !== undefined
    ? task
    : { ...task, submittedAt: timestamp(submittedAtMs) };
}

function taskAfter(task: TaskStatus, verdict: Verdict): TaskStatus {
  if (verdict.phase === 'Complete') return { ...task, status: 'Complete' };
  return { ...task, status: 'Failed', err: verdict.sidecarError ?? verdict.message };
}

/** As in `meta.SetStatusCondition`: `lastTransitionTime` moves only when the condition's status changes. */
function withCondition(
  current: SeiNodeTaskStatus,
  { generation: observedGeneration, atMs }: ChangeContext,
  next: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
): Condition[] {
  const previous = current.conditions?.find(({ type }) => type === next.type);
  const lastTransitionTime = previous?.status === next.status ? previous.lastTransitionTime : timestamp(atMs);
  const others = current.conditions?.filter(({ type }) => type !== next.type) ?? [];
  return [...others, { ...next, ...present({ observedGeneration }), lastTransitionTime }];
}
