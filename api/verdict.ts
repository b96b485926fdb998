import { formatDuration } from './go-duration.ts';
import { printable } from './printable.ts';
import type { FailureReason } from './reasons.ts';
import type { NodeReference } from './task-input.ts';

/** The end of a task: what goes into the resource's status, the workflow's result and the Event. */
export type Verdict =
  | { readonly phase: 'Complete'; readonly reason: 'TaskComplete'; readonly message: string }
  | FailedVerdict;

interface FailedVerdict {
  readonly phase: 'Failed';
  readonly reason: FailureReason;
  readonly message: string;
  /** The sidecar's words, when it was the sidecar that reported the failure. */
  readonly sidecarError?: string;
}

function failed(reason: FailureReason, message: string): FailedVerdict {
  return { phase: 'Failed', reason, message };
}

function nodeText(node: NodeReference): string {
  return `SeiNode ${printable(node.namespace, 64)}/${printable(node.name, 256)}`;
}

export function unsupportedKind(kind: string): Verdict {
  return failed(
    'UnsupportedKind',
    `This version of sei-node-tasks does not carry out tasks of kind ${printable(kind, 64)}; nothing was done. ` +
      'Update the service, or delete this task.',
  );
}

export function paramsBuildFailed(field: string, problem: string): Verdict {
  return failed('ParamsBuildFailed', `${field} ${printable(problem)}; nothing was done. Correct it in a new task.`);
}

export function deserializeFailed(problem: string): Verdict {
  return failed(
    'DeserializeFailed',
    `The task's input cannot be read: ${printable(problem)}; nothing was done. Create the task again.`,
  );
}

export function targetMissing(node: NodeReference): Verdict {
  return failed(
    'TargetResolveFailed',
    `${nodeText(node)} does not exist; nothing was done. Check target.nodeRef.name and the namespace.`,
  );
}

export function targetNotInPhase(node: NodeReference, wait: PhaseWait): Verdict {
  return failed(
    'TargetResolveFailed',
    `${nodeText(node)} was still in phase ${phaseText(wait.observed)}, not ${wait.required}, after ` +
      `${formatDuration(wait.timeoutMs)}; nothing was done. Bring it to ${wait.required}, then create a new task.`,
  );
}

export interface PhaseWait {
  readonly observed: string | undefined;
  readonly required: string;
  readonly timeoutMs: number;
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

export function taskRefused(node: NodeReference, words: string): Verdict {
  return {
    ...failed(
      'TaskTerminalError',
      `The sidecar of ${nodeText(node)} refused the task: ${printable(words)}. Nothing was done; ` +
        'check that the sidecar knows this kind of task.',
    ),
    sidecarError: printable(words),
  };
}

export function taskFailed(node: NodeReference, words: string): Verdict {
  return {
    ...failed(
      'TaskFailed',
      `The sidecar of ${nodeText(node)} reported failure: ${printable(words)}. ` +
        'It is not tried again; look at the node before you create a new task.',
    ),
    sidecarError: printable(words),
  };
}

export function cancelledBeforeDispatch(): Verdict {
  return failed('Cancelled', 'Cancelled before anything was sent to the sidecar; nothing was done.');
}

export function resourceGone(): Verdict {
  return failed('Cancelled', 'The SeiNodeTask was deleted before anything was sent to the sidecar; nothing was done.');
}

export function resourceAlreadyTerminal(): Verdict {
  return failed(
    'Cancelled',
    'The SeiNodeTask had already reached its end before anything was sent to the sidecar; nothing was done.',
  );
}

export function workflowTerminated(workflowId: string): Verdict {
  return failed(
    'WorkflowTerminated',
    `Workflow ${workflowId} ended without an outcome; work that it had sent to the sidecar may still go on. ` +
      'Look at the node before you create a new task.',
  );
}
