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

const completeMessages: Partial<Record<string, string>> = {
  RestartSeid:
    'seid was restarted in place and its RPC serves again; it may still be catching up. ' +
    'Follow with AwaitNodesAtHeight before you rely on it.',
  AwaitNodesAtHeight: 'The node has reached the height.',
  AwaitCondition: 'The condition is met.',
};

export function taskComplete(kind: string): Verdict {
  return {
    phase: 'Complete',
    reason: 'TaskComplete',
    message: completeMessages[kind] ?? 'The sidecar reported that the task is completed.',
  };
}

/** `takenOff`: it was still waiting and was made to stop. `unreachable`: the sidecar could not be asked. */
type LastLook = 'running' | 'takenOff' | 'absent' | 'unconfirmed' | 'unreachable';

interface ExpiredExecution {
  readonly node: NodeReference;
  readonly timeoutMs: number;
  /** Whether the sidecar is known to have taken the task. */
  readonly dispatched: boolean;
  /** What the last look at the sidecar found. */
  readonly lastLook: LastLook;
  /** The last thing that went wrong on the way, if any. */
  readonly problem?: string | undefined;
}

export function timedOut(execution: ExpiredExecution): Verdict {
  const problem = execution.problem === undefined ? '' : ` Last problem: ${printable(execution.problem)}.`;
  return failed('Timeout', `No end within ${formatDuration(execution.timeoutMs)}: ${lastLookText(execution)}${problem}`);
}

function lastLookText({ node, lastLook, dispatched }: ExpiredExecution): string {
  const sidecar = `the sidecar of ${nodeText(node)}`;
  if (lastLook === 'running') {
    return `${sidecar} still has the task running, unwatched from now on. Look at the node before you create a new task.`;
  }
  if (lastLook === 'takenOff') {
    return `${sidecar} was still waiting, and the task was taken off it. Raise timeoutSeconds in a new task to wait longer.`;
  }
  if (lastLook === 'absent' && !dispatched) {
    return `nothing reached ${sidecar}, so nothing was done. Check the sidecar, then create a new task.`;
  }
  if (lastLook === 'absent') {
    return `${sidecar} took the task but no longer knows it. Look at the node before you create a new task.`;
  }
  return `${sidecar} could not say whether it has the task. Look at the node before you create a new task.`;
}

/** The task was watched to its end although it had been cancelled, since the sidecar already had it. */
export function cancelledAfterDispatch(end: Verdict): Verdict {
  return failed('Cancelled', `Cancelled after the sidecar had taken the task, which was watched to its end: ${end.message}`);
}

/** @param problem - Why the task could not be taken off the sidecar; absent when it was. */
export function cancelledWhileWaiting(problem?: string): Verdict {
  return failed(
    'Cancelled',
    problem === undefined
      ? 'Cancelled while the sidecar was waiting; the task was taken off the sidecar. Create a new task to wait again.'
      : `Cancelled, but the task could not be taken off the sidecar, which may go on waiting: ${printable(problem)}. ` +
          'Look at the node before you create a new task.',
  );
}

export function cancelledBeforeDispatch(): Verdict {
  return failed(
    'Cancelled',
    'Cancelled before anything was sent to the sidecar; nothing was done. Create a new task to do it after all.',
  );
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
