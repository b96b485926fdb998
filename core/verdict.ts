import type { FailedVerdict, Verdict } from '../api/temporal/task-outcome.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import type { FailureReason } from '../api/reasons.ts';
import type { NodeReference } from '../api/temporal/task-input.ts';
import type { Sent } from './knowledge.ts';

/** What to do after an end that leaves something unknown. */
export const CHECK_THE_NODE = 'Check the node before you create a new task.';

export function failed(reason: FailureReason, message: string): FailedVerdict {
  return { phase: 'Failed', reason, message };
}

export function nodeText(node: NodeReference): string {
  return `SeiNode ${printable(node.namespace, 64)}/${printable(node.name, 256)}`;
}

export function sidecarText(node: NodeReference): string {
  return `the sidecar of ${nodeText(node)}`;
}

export function unsupportedKind(kind: string): Verdict {
  return failed(
    'UnsupportedKind',
    `This version of sei-node-tasks does not carry out tasks of kind ${printable(kind, 64)}. Nothing was sent. ` +
      'Update the service and create the task again, or delete this task.',
  );
}

/** @param begun - Whether another controller or workflow had begun the task: nobody here knows what it has sent. */
export function paramsBuildFailed(field: string, problem: string, begun = false): Verdict {
  const rest = begun
    ? `The task had been begun before and may have been sent; it is not watched. ${CHECK_THE_NODE}`
    : 'Nothing was sent. Correct it in a new task.';
  return failed('ParamsBuildFailed', `${field} ${printable(problem)}. ${rest}`);
}

export function deserializeFailed(problem: string): Verdict {
  return failed(
    'DeserializeFailed',
    `The task's input cannot be read: ${printable(problem)}. Nothing was sent. Create the task again.`,
  );
}

export function targetMissing(node: NodeReference): Verdict {
  return failed(
    'TargetResolveFailed',
    `${nodeText(node)} does not exist. Nothing was sent. Check target.nodeRef.name and the namespace.`,
  );
}

export interface PhaseWait {
  readonly observed: string | undefined;
  readonly required: string;
  readonly timeoutMs: number;
}

export function targetNotInPhase(node: NodeReference, wait: PhaseWait): Verdict {
  return failed(
    'TargetResolveFailed',
    `${nodeText(node)} was still in phase ${phaseText(wait.observed)}, not ${wait.required}, after ` +
      `${formatDuration(wait.timeoutMs)}. Nothing was sent. Bring it to ${wait.required}, then create a new task.`,
  );
}

/** The target vanished after its phase had been met, or after others had begun the task. */
export function targetGone(node: NodeReference, sent: Sent = 'perhaps'): Verdict {
  const gone = `${nodeText(node)} no longer exists.`;
  if (sent === 'no')
    return failed('TargetResolveFailed', `${gone} Nothing was sent. Check target.nodeRef.name and the namespace.`);
  const task = sent === 'yes' ? 'The task was sent' : 'The task may have been sent';
  return failed('TargetResolveFailed', `${gone} ${task}, and it is not known how it ended. ${CHECK_THE_NODE}`);
}

function phaseText(phase: string | undefined): string {
  return phase === undefined || phase === '' ? '(none yet)' : printable(phase, 64);
}

/** Message of `TargetReady=False` while the task waits. */
export function waitingForPhase(node: NodeReference, wait: PhaseWait): string {
  return (
    `${nodeText(node)} is in phase ${phaseText(wait.observed)}; waiting for ${wait.required}, ` +
    `at most ${formatDuration(wait.timeoutMs)}.`
  );
}

/** Message of `TargetReady=True`. */
export function phaseMet(node: NodeReference, phase: string): string {
  return `${nodeText(node)} is in phase ${phase}.`;
}

export function resourceGone(node: NodeReference): Verdict {
  return failed('Cancelled', `The SeiNodeTask was deleted before anything was sent to ${sidecarText(node)}.`);
}

export function resourceAlreadyTerminal(node: NodeReference): Verdict {
  return failed(
    'Cancelled',
    `The SeiNodeTask had already reached its end. This workflow sent nothing to ${sidecarText(node)}.`,
  );
}

/** Temporal keeps no outcome of a workflow that it shows as cancelled. */
export function workflowCancelled(workflowId: string): Verdict {
  return failed(
    'Cancelled',
    `Workflow ${workflowId} was cancelled. Its history in Temporal says what had been done by then. ${CHECK_THE_NODE}`,
  );
}

export function workflowTerminated(workflowId: string): Verdict {
  return failed(
    'WorkflowTerminated',
    `Workflow ${workflowId} ended without an outcome. A task that it had sent may still be running. ${CHECK_THE_NODE}`,
  );
}
