import { CANCEL_ANNOTATION } from './provenance.ts';
import { SEI_NODE, SEI_NODE_TASK } from './resources.ts';
import type { MirrorTarget, NodeReference } from './task-input.ts';
import type { Verdict } from './verdict.ts';

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
export interface EventNode extends NodeReference {
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

/** The same on the node, which says which task it was: `kubectl describe seinode` tells who restarted it and why. */
function onNode({ namespace, name, uid }: EventNode, task: MirrorTarget, kind: string, happening: Happening): TaskEvent {
  return {
    type: 'Normal',
    ...happening,
    regarding: { apiVersion: `${SEI_NODE.group}/${SEI_NODE.version}`, kind: SEI_NODE.kind, namespace, name, uid },
    note: `${kind} by SeiNodeTask ${task.name}: ${happening.note}`,
    key: `${task.uid}/${happening.key}`,
  };
}

export function startedEvent(task: MirrorTarget, kind: string, provenance: string): TaskEvent {
  return onTask(task, { reason: 'Started', action: 'StartWorkflow', note: `${kind} was started. ${provenance}`.trimEnd(), key: 'started' });
}

export function cancelIgnoredEvent(task: MirrorTarget, phase: string | undefined): TaskEvent {
  const note = `The task is already ${phase ?? 'over'}, so there is nothing to cancel; remove the annotation ${CANCEL_ANNOTATION}.`;
  return onTask(task, { type: 'Warning', reason: 'CancelIgnored', action: 'Cancel', note, key: 'cancel-ignored' });
}

export function waitingEvent(task: MirrorTarget, reason: 'PhaseNotMet' | 'Queued', message: string): TaskEvent {
  if (reason === 'Queued') return onTask(task, { reason, action: 'TakePermit', note: message, key: 'queued' });
  return onTask(task, { reason: 'WaitingForTarget', action: 'CheckTarget', note: message, key: 'waiting' });
}

/** What is recorded of a task that has a resource. */
export interface EventSubjects {
  readonly task: MirrorTarget;
  readonly kind: string;
  /** Absent when the node is not known. */
  readonly node?: EventNode | undefined;
  /** Who asked for it and why; possibly empty. */
  readonly provenance: string;
}

function onBoth({ task, kind, node, provenance }: EventSubjects, happening: Happening): TaskEvent[] {
  const told = { ...happening, note: `${happening.note} ${provenance}`.trimEnd() };
  return [onTask(task, told), ...(node === undefined ? [] : [onNode(node, task, kind, told)])];
}

export function dispatchedEvents(subjects: EventSubjects, note: string): TaskEvent[] {
  return onBoth(subjects, { reason: 'Dispatched', action: 'DispatchTask', note, key: 'dispatched' });
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
