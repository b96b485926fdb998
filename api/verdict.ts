import { formatDuration } from './go-duration.ts';
import { printable } from './printable.ts';
import type { FailureReason } from './reasons.ts';
import type { TaskKind } from './task-kinds.ts';
import type { SeiNodeTaskStatus } from './sei-node-task.ts';
import type { NodeReference } from './task-input.ts';

interface VerdictBase {
  readonly message: string;
  /** `status.outputs` of the resource. */
  readonly outputs?: NonNullable<SeiNodeTaskStatus['outputs']>;
}

/** The end of a task: what goes into the resource's status, the workflow's result and the Event. */
export type Verdict = CompleteVerdict | FailedVerdict;

export interface CompleteVerdict extends VerdictBase {
  readonly phase: 'Complete';
  readonly reason: 'TaskComplete' | 'Confirmed';
}

export interface FailedVerdict extends VerdictBase {
  readonly phase: 'Failed';
  readonly reason: FailureReason;
  /** The sidecar's words, when it was the sidecar that reported the failure. */
  readonly sidecarError?: string;
}

export function failed(reason: FailureReason, message: string): FailedVerdict {
  return { phase: 'Failed', reason, message };
}

export function nodeText(node: NodeReference): string {
  return `SeiNode ${printable(node.namespace, 64)}/${printable(node.name, 256)}`;
}

export function unsupportedKind(kind: string): Verdict {
  return failed(
    'UnsupportedKind',
    `This version of sei-node-tasks does not carry out tasks of kind ${printable(kind, 64)}; nothing was done. ` +
      'Update the service, or delete this task.',
  );
}

/** @param begun - Whether another controller or workflow had begun the task: nobody here knows what it has sent. */
export function paramsBuildFailed(field: string, problem: string, begun = false): Verdict {
  const rest = begun ? 'what was begun before is not watched. Look at the node before you correct it in a new task.' : 'nothing was done. Correct it in a new task.';
  return failed('ParamsBuildFailed', `${field} ${printable(problem)}; ${rest}`);
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

/** The target vanished after the task had been begun. */
export function targetGone(node: NodeReference): Verdict {
  return failed(
    'TargetResolveFailed',
    `${nodeText(node)} does not exist any more, so nobody can say how its task ended. Check the node before you create a new task.`,
  );
}

export function imageRefused(node: NodeReference, words: string): Verdict {
  return failed('TaskTerminalError', `The image of ${nodeText(node)} could not be set: ${printable(words)}. Nothing was done; correct that and create a new task.`);
}

export function imageTimedOut(past: {
  readonly node: NodeReference;
  readonly timeoutMs: number;
  readonly image: string;
  readonly current?: string | undefined;
  readonly set: boolean;
}): Verdict {
  const within = `${nodeText(past.node)} did not run ${printable(past.image)} within ${formatDuration(past.timeoutMs)}`;
  if (!past.set) return failed('Timeout', `${within}: it is not known whether its spec.image was set. Look at the SeiNode before you create a new task.`);
  const current = past.current === undefined ? 'unknown' : printable(past.current);
  return failed('Timeout', `${within}: its spec.image is set and stays so, its current image is ${current}. Look at the SeiNode's controller.`);
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

const completeMessages: Readonly<Record<TaskKind, string>> = {
  GovSoftwareUpgrade: 'The proposal is on chain.',
  GovVote: 'The vote is on chain.',
  GovParamChange: 'The proposal is on chain.',
  UpdateNodeImage: 'The node runs the image.',
  DiscoverPeers: "The node's peers are written to its config.toml. Follow with RestartSeid, which makes seid read them.",
  MarkReady: 'The sidecar took the order to be ready.',
  RestartSeid:
    'seid was restarted in place and its RPC serves again; it may still be catching up. ' +
    'Follow with AwaitNodesAtHeight before you rely on it.',
  AwaitNodesAtHeight: 'The node has reached the height.',
  AwaitCondition: 'The condition is met.',
};

export function taskComplete(kind: TaskKind): CompleteVerdict {
  return { phase: 'Complete', reason: 'TaskComplete', message: completeMessages[kind] };
}

/** Of a task that another controller or workflow had begun, and that the sidecar does not have. */
export const NOBODY_KNOWS = 'whether it was sent before this workflow took over is not known. Look at the node before you create a new task.';

/** `takenOff`: it was still waiting and was made to stop. `unreachable`: the sidecar could not be asked. */
export type LastLook = 'running' | 'takenOff' | 'absent' | 'unconfirmed' | 'unreachable';

/** Whether the sidecar is known to have taken the task; `perhaps` where another controller or workflow had begun it. */
export type Sent = 'yes' | 'perhaps' | 'no';

interface ExpiredExecution {
  readonly node: NodeReference;
  readonly timeoutMs: number;
  readonly sent: Sent;
  /** What the last look at the sidecar found. */
  readonly lastLook: LastLook;
  /** The last thing that went wrong on the way, if any. */
  readonly problem?: string | undefined;
}

export function timedOut(execution: ExpiredExecution): Verdict {
  const problem = execution.problem === undefined ? '' : ` Last problem: ${printable(execution.problem)}.`;
  return failed('Timeout', `No end within ${formatDuration(execution.timeoutMs)}: ${lastLookText(execution)}${problem}`);
}

function lastLookText({ node, lastLook, sent }: ExpiredExecution): string {
  const sidecar = `the sidecar of ${nodeText(node)}`;
  if (lastLook === 'running') {
    return `${sidecar} still has the task running, unwatched from now on. Look at the node before you create a new task.`;
  }
  if (lastLook === 'takenOff') {
    return `${sidecar} was still waiting, and the task was taken off it. Raise timeoutSeconds in a new task to wait longer.`;
  }
  if (lastLook === 'absent' && sent === 'no') {
    return `nothing reached ${sidecar}, so nothing was done. Check the sidecar, then create a new task.`;
  }
  if (lastLook === 'absent' && sent === 'perhaps') {
    return `${sidecar} does not have the task, and ${NOBODY_KNOWS}`;
  }
  if (lastLook === 'absent') {
    return `${sidecar} took the task but no longer knows it. Look at the node before you create a new task.`;
  }
  return `${sidecar} could not say whether it has the task. Look at the node before you create a new task.`;
}

/** Temporal keeps no outcome of a workflow that it shows as cancelled. */
export function workflowCancelled(workflowId: string): Verdict {
  return failed(
    'Cancelled',
    `Workflow ${workflowId} was cancelled; its history in Temporal says what had been done by then. ` +
      'Look at the node before you create a new task.',
  );
}

export function workflowTerminated(workflowId: string): Verdict {
  return failed(
    'WorkflowTerminated',
    `Workflow ${workflowId} ended without an outcome; work that it had sent to the sidecar may still go on. ` +
      'Look at the node before you create a new task.',
  );
}
