import type { NodeReference } from '../api/node-reference.ts';
import type { Verdict } from '../api/temporal/task-outcome.ts';
import { printable } from '../lib/printable.ts';
import { CANCEL_ANNOTATION } from '../api/provenance.ts';
import { SEI_NODE, SEI_NODE_TASK } from '../api/resources.ts';
import { regardingRunbook } from './runbook/runbook-event.ts';
import type { WaitReason } from './next-status.ts';
import type { MirrorTarget } from '../api/temporal/task-input.ts';

/** An Event, for the recorder of Events. */
interface TaskEvent {
  readonly regarding: MirrorTarget & { readonly apiVersion: string; readonly kind: string };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  /** The same for every attempt to record one thing. */
  readonly key: string;
}

/** The SeiNode that a task works on, as far as it is known. */
interface EventNode extends NodeReference {
  readonly uid: string;
}

interface Happening {
  readonly type?: 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly key: string;
}

function onTask(task: MirrorTarget, happening: Happening): TaskEvent {
  const { group, version, kind } = SEI_NODE_TASK;
  const { namespace, name, uid } = task;
  return { type: 'Normal', ...happening, regarding: { apiVersion: `${group}/${version}`, kind, namespace, name, uid } };
}

/** On the SeiNode: `kubectl describe seinode` then shows who restarted it and why. */
function onNode(
  { namespace, name, uid }: EventNode,
  { kind, task, workflowId, taskId }: EventSubjects,
  happening: Happening,
): TaskEvent {
  const by = task === undefined ? `workflow ${printable(workflowId, 300)}` : `SeiNodeTask ${task.name}`;
  return {
    type: 'Normal',
    ...happening,
    regarding: { apiVersion: `${SEI_NODE.group}/${SEI_NODE.version}`, kind: SEI_NODE.kind, namespace, name, uid },
    note: `${kind} by ${by}: ${happening.note}`,
    // A workflow id may run again, and each run has a task of its own.
    key: `${task?.uid ?? taskId ?? workflowId}/${happening.key}`,
  };
}

export function cancelIgnoredEvent(task: MirrorTarget, phase: string | undefined): TaskEvent {
  const note = `The task is already ${phase ?? 'over'}, so there is nothing to cancel; remove the annotation ${CANCEL_ANNOTATION}.`;
  return onTask(task, { type: 'Warning', reason: 'CancelIgnored', action: 'Cancel', note, key: 'cancel-ignored' });
}

/**
 * @param again - `earlier`: id of the workflow of a task that had this name. `by`: the program that keeps the task as
 *   its manifest says. Unset: not known.
 */
export function createdAgainEvent(
  task: MirrorTarget,
  { earlier, by = 'A program' }: { readonly earlier: string; readonly by?: string | undefined },
): TaskEvent {
  const note = `A SeiNodeTask of this name was carried out before, by workflow ${printable(earlier, 600)}; this one is carried out too. ${by} may create it again whenever it was deleted. To prevent that, remove ttlSecondsAfterFinished from its manifest.`;
  return onTask(task, { type: 'Warning', reason: 'CreatedAgain', action: 'StartTask', note, key: 'created-again' });
}

export function waitingEvent(task: MirrorTarget, reason: WaitReason, message: string): TaskEvent {
  if (reason === 'Queued') return onTask(task, { reason, action: 'TakePermit', note: message, key: 'queued' });
  if (reason === 'Guarded') return onTask(task, { reason, action: 'CheckGuard', note: message, key: 'guarded' });
  return onTask(task, { reason: 'WaitingForTarget', action: 'CheckTarget', note: message, key: 'waiting' });
}

/** What an Event is about, and who asked for it. */
export interface EventSubjects {
  /** Unset: a run without a resource. */
  readonly task?: MirrorTarget | undefined;
  /** The runbook that the task is a step of. Unset: none. */
  readonly runbook?: MirrorTarget | undefined;
  readonly workflowId: string;
  /** The sidecar's id of the task. Unset: not known. */
  readonly taskId?: string;
  readonly kind: string;
  /** Unset: the node is not known. */
  readonly node?: EventNode | undefined;
  /** Who asked for it and why; possibly empty. */
  readonly provenance: string;
}

function onBoth(subjects: EventSubjects, happening: Happening): TaskEvent[] {
  const { task, node, provenance } = subjects;
  const told = { ...happening, note: `${happening.note} ${provenance}`.trimEnd() };
  return [
    ...(task === undefined ? [] : [onTask(task, told)]),
    ...(node === undefined ? [] : [onNode(node, subjects, told)]),
  ];
}

export function dispatchedEvents(subjects: EventSubjects, note: string): TaskEvent[] {
  return onBoth(subjects, { reason: 'Dispatched', action: 'DispatchTask', note, key: 'dispatched' });
}

/**
 * What the guard found and the task does not wait for.
 *
 * @param by - `warn`: its mode is Warn. `override`: spec.override names it.
 */
export function guardEvents(
  subjects: EventSubjects,
  { by, verdict, note }: { readonly by: 'warn' | 'override'; readonly verdict: string; readonly note: string },
): TaskEvent[] {
  const reason = by === 'warn' ? 'GuardWarning' : 'GuardOverridden';
  const happening = { type: 'Warning', reason, action: 'CheckGuard', note, key: `guard/${verdict}` } as const;
  const { runbook, workflowId } = subjects;
  return [
    ...onBoth(subjects, happening),
    // One for each node: the messages of the guard name it.
    ...(runbook === undefined
      ? []
      : [{ ...happening, regarding: regardingRunbook(runbook), key: `${workflowId}/${happening.key}` }]),
  ];
}

/**
 * What blocks a task while it is retried: one Event per cause.
 *
 * @param code - `SIDECAR_UNREACHABLE` and the like.
 */
export function problemEvent(task: MirrorTarget, code: string, note: string): TaskEvent {
  const reason = code.toLowerCase().replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
  return onTask(task, { type: 'Warning', reason, action: 'CarryOutTask', note, key: `problem/${code}` });
}

/** How a task ended: a Warning with the condition's reason when it failed (contract §1). */
export function verdictEvents(subjects: EventSubjects, verdict: Verdict): TaskEvent[] {
  return onBoth(subjects, {
    ...(verdict.phase === 'Failed' ? { type: 'Warning' } : {}),
    reason: verdict.reason,
    action: 'CarryOutTask',
    note: verdict.message,
    key: 'verdict',
  });
}
