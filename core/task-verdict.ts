import type { CompleteVerdict, Verdict } from '../api/temporal/task-outcome.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { present } from '../lib/present.ts';
import { printable } from '../lib/printable.ts';
import { asSentence } from '../api/provenance.ts';
import type { TaskReport } from '../api/sidecar/sidecar-task.ts';
import { taskKinds, type TaskKind } from '../api/task-kinds.ts';
import type { NodeReference } from '../api/temporal/task-input.ts';
import type { Knowledge } from './knowledge.ts';
import { inclusionUndetermined, pendingTransaction, transactionVerdict, withPending } from './transaction-verdict.ts';
import { CHECK_THE_NODE, failed, nodeText, sidecarText, targetGone } from './verdict.ts';

/** Why a task that had been planned is over. */
export type End =
  /** The sidecar, or the SeiNode for an image, says how it ended. `height`: that of the node by then. */
  | { readonly by: 'report'; readonly report: TaskReport; readonly height?: number | undefined }
  /** The sidecar accepted it, and its kind asks for no more. */
  | { readonly by: 'acceptance' }
  | { readonly by: 'refusal'; readonly words: string }
  /** The execution time is over. `takenOff`: the wait was taken off the sidecar. */
  | { readonly by: 'deadline'; readonly takenOff: boolean }
  /** The sidecar has accepted it and has denied knowing it for so long that nobody can wait for its end. */
  | { readonly by: 'loss'; readonly afterMs: number }
  /** The SeiNode does not exist any more. */
  | { readonly by: 'absence' }
  /** It was cancelled and is not watched any longer. `takenOff`: the wait was taken off the sidecar. */
  | { readonly by: 'cancellation'; readonly takenOff: boolean };

export interface EndedTask {
  readonly kind: TaskKind;
  readonly node: NodeReference;
  readonly payload: unknown;
  /** Unset: unbounded. */
  readonly timeoutMs?: number | undefined;
  readonly knowledge: Knowledge;
  readonly end: End;
  /** Set when somebody cancelled the task: why, possibly empty. */
  readonly cancelled?: string | undefined;
}

/** The verdict on a task, from what is known of it and why it is over. */
export function verdictOf(task: EndedTask): Verdict {
  const verdict = verdictOfEnd(task);
  if (task.cancelled === undefined) return verdict;
  return withReason(task.end.by === 'cancellation' ? verdict : cancelledTooLate(task, verdict), task.cancelled);
}

function verdictOfEnd(task: EndedTask): Verdict {
  const { end, node, knowledge } = task;
  switch (end.by) {
    case 'report':
      return verdictOfReport(task, end.report, end.height);
    case 'acceptance':
      return complete(task);
    case 'refusal':
      return refused(task, end.words);
    case 'deadline':
      return timedOut(task, end.takenOff);
    case 'loss':
      return withPending(task, lost(task, end.afterMs));
    case 'absence':
      return withPending(task, targetGone(node, knowledge.sent));
    default:
      return cancelled(task, end.takenOff);
  }
}

function verdictOfReport(task: EndedTask, report: TaskReport, height: number | undefined): Verdict {
  if (taskKinds[task.kind].endsWith === 'transaction') return transactionVerdict(task, report);
  if (report.state === 'completed')
    return { ...complete(task, report.already), ...present({ outputs: outputsOf(task, height) }) };
  const words = printable(report.error);
  return { ...failed('TaskFailed', `${failureText(task, words)} ${CHECK_THE_NODE}`), sidecarError: words };
}

function failureText({ kind, node, payload }: EndedTask, words: string): string {
  if (kind !== 'UpdateNodeImage')
    return `The sidecar of ${nodeText(node)} reported failure: ${asSentence(words)} It is not tried again.`;
  return `spec.image of ${nodeText(node)} was set to ${imageOf(payload)}, and that is superseded: ${asSentence(words)}`;
}

function imageOf(payload: unknown): string {
  return printable((payload as { readonly image: string }).image, 512);
}

function outputsOf({ kind, payload }: EndedTask, height: number | undefined): Verdict['outputs'] {
  if (kind === 'UpdateNodeImage') return { updateNodeImage: { appliedImage: (payload as { image: string }).image } };
  if (height === undefined) return undefined;
  if (kind === 'AwaitNodesAtHeight') return { awaitNodesAtHeight: { currentHeight: height } };
  return kind === 'AwaitCondition' ? { awaitCondition: { observedValue: height } } : undefined;
}

const completeMessages: Readonly<Record<TaskKind, (task: EndedTask) => string>> = {
  GovSoftwareUpgrade: transactionAccepted,
  GovVote: transactionAccepted,
  GovParamChange: transactionAccepted,
  UpdateNodeImage: ({ node, payload }) => `${nodeText(node)} runs image ${imageOf(payload)}.`,
  DiscoverPeers: ({ node }) =>
    `The sidecar of ${nodeText(node)} wrote the peers to config.toml. Follow with RestartSeid, which makes seid read them.`,
  MarkReady: ({ node }) => `The sidecar of ${nodeText(node)} accepted mark-ready.`,
  RestartSeid: ({ node }) =>
    `The sidecar of ${nodeText(node)} reported the restart complete: seid's RPC serves again. seid may still be catching up. ` +
    'Follow with AwaitNodesAtHeight before you rely on it.',
  AwaitNodesAtHeight: ({ node, payload }) => `${nodeText(node)} has reached height ${targetHeightOf(payload)}.`,
  AwaitCondition: ({ node, payload }) =>
    `${nodeText(node)} has reached height ${targetHeightOf(payload)}.${signalText(payload)}`,
};

/** An acceptance says nothing about the chain. */
function transactionAccepted({ node }: EndedTask): string {
  return `The sidecar of ${nodeText(node)} accepted the task. Look on chain for the transaction before you rely on it.`;
}

/** The height that a wait waits for; `undefined` for other payloads. */
export function targetHeightOf(payload: unknown): number | undefined {
  const { targetHeight, height } = payload as {
    readonly targetHeight?: number;
    readonly height?: { readonly targetHeight: number };
  };
  return targetHeight ?? height?.targetHeight;
}

function signalText(payload: unknown): string {
  return sendsSignal(payload) ? ' The sidecar reported the action SIGTERM_SEID done.' : '';
}

function sendsSignal(payload: unknown): boolean {
  return (payload as { readonly action?: string }).action !== undefined;
}

function complete(task: EndedTask, already = false): CompleteVerdict {
  const message = completeMessages[task.kind](task);
  return {
    phase: 'Complete',
    reason: 'TaskComplete',
    message: already ? `${message} It ran that image before this task; nothing was changed.` : message,
  };
}

function refused({ kind, node, knowledge }: EndedTask, words: string): Verdict {
  const said = printable(words);
  if (kind === 'UpdateNodeImage') {
    const set = knowledge.sent === 'no' ? 'Nothing was done.' : 'It may have been set before.';
    return failed(
      'TaskTerminalError',
      `The API server refused the image of ${nodeText(node)}: ${asSentence(said)} ${set} Correct that and create a new task.`,
    );
  }
  const sent = knowledge.sent === 'no' ? 'Nothing was done.' : 'The task may have been sent before.';
  return {
    ...failed(
      'TaskTerminalError',
      `The sidecar of ${nodeText(node)} refused the task: ${asSentence(said)} ${sent} Check that the sidecar knows this kind of task.`,
    ),
    sidecarError: said,
  };
}

function timedOut(task: EndedTask, takenOff: boolean): Verdict {
  const { kind, knowledge } = task;
  const pending = pendingTransaction(task);
  if (pending !== undefined) return inclusionUndetermined(task, pending);
  if (knowledge.seen === 'running' && taskKinds[kind].endsWith === 'acceptance') return complete(task);
  const lastProblem = knowledge.problem ?? knowledge.lostPost;
  const problem = lastProblem === undefined ? '' : ` Last problem: ${asSentence(printable(lastProblem))}`;
  const where = takenOff
    ? `${takenOffText(task)} Raise timeoutSeconds in a new task to wait longer.`
    : whereaboutsText(task);
  return failed('Timeout', `Timed out${timeText(task)}. ${where}${problem}`);
}

/** Work on a node is not begun with too little time left, and then ends before the time is over. */
function timeText({ kind, timeoutMs, knowledge: { sent } }: EndedTask): string {
  if (timeoutMs === undefined) return '';
  return taskKinds[kind].changesNode && sent === 'no'
    ? `: too little of its ${formatDuration(timeoutMs)} was left to begin`
    : ` after ${formatDuration(timeoutMs)}`;
}

/** A sidecar that did not have the wait answers no differently. */
function takenOffText({ node, payload, knowledge }: EndedTask): string {
  const wait =
    knowledge.sent === 'yes'
      ? `The wait was taken off ${sidecarText(node)}.`
      : `The wait may have been sent to ${sidecarText(node)} and was taken off it.`;
  return `${wait}${laterSignalText(payload)}`;
}

/** Where a task that is not watched any longer is, and what to do. Never more than is known. */
function whereaboutsText({ kind, node, payload, knowledge }: EndedTask): string {
  const { sent, seen, problem } = knowledge;
  const sidecar = sidecarText(node);
  if (kind === 'UpdateNodeImage') return imageWhereabouts(node, imageOf(payload), knowledge);
  const answer = problem === undefined ? seen : undefined;
  if (answer === 'running')
    return `The task is still running on ${sidecar} and is no longer watched. ${CHECK_THE_NODE}`;
  if (sent === 'no') return `Nothing was sent to ${sidecar}. Check the sidecar, then create a new task.`;
  if (sent === 'yes') {
    return answer === 'absent'
      ? `The sidecar of ${nodeText(node)} had accepted the task and no longer knows it. ${CHECK_THE_NODE}`
      : `The sidecar of ${nodeText(node)} had accepted the task and could not be asked about it at the end. It is no longer watched. ${CHECK_THE_NODE}`;
  }
  return answer === 'absent'
    ? `The task may have been sent to ${sidecar}, which does not have it now. ${CHECK_THE_NODE}`
    : `The task may have been sent to ${sidecar}, which could not be asked at the end. ${CHECK_THE_NODE}`;
}

function imageWhereabouts(node: NodeReference, image: string, { sent, currentImage }: Knowledge): string {
  if (sent === 'no') return `spec.image of ${nodeText(node)} was not set. Create a new task to set it.`;
  if (sent === 'perhaps')
    return `spec.image of ${nodeText(node)} may have been set to ${image}. Check the SeiNode before you create a new task.`;
  const runs = currentImage === undefined ? '' : ` The node ran ${printable(currentImage, 512)} when it was last seen.`;
  return `spec.image of ${nodeText(node)} was set to ${image} and stays so.${runs} Check the SeiNode's controller; a new task with another image goes back.`;
}

function lost({ node, knowledge }: EndedTask, afterMs: number): Verdict {
  const sent =
    knowledge.sent === 'yes'
      ? `The sidecar of ${nodeText(node)} had accepted the task`
      : `The task may have been sent to ${sidecarText(node)}`;
  return failed(
    'TaskLost',
    `${sent}. It has answered for ${formatDuration(afterMs)} that it does not know the task, which is not sent again and no longer watched. ${CHECK_THE_NODE}`,
  );
}

/** Versions whose DELETE forgets the task and lets its work go on (contract §3). */
function laterSignalText(payload: unknown): string {
  return sendsSignal(payload)
    ? ' A sidecar of version v0.0.56 or older cannot be stopped from waiting: its SIGTERM to seid can still come.'
    : '';
}

function cancelled(task: EndedTask, takenOff: boolean): Verdict {
  const { kind, node, knowledge } = task;
  const pending = pendingTransaction(task);
  if (pending !== undefined) return cancelledTooLate(task, inclusionUndetermined(task, pending));
  if (takenOff) return failed('Cancelled', `Cancelled. ${takenOffText(task)} Create a new task to wait again.`);
  if (knowledge.sent !== 'no') return failed('Cancelled', `Cancelled. ${whereaboutsText(task)}`);
  const what =
    kind === 'UpdateNodeImage'
      ? `spec.image of ${nodeText(node)} was not set`
      : `Nothing was sent to ${sidecarText(node)}`;
  return failed('Cancelled', `Cancelled. ${what}. Create a new task to do it after all.`);
}

const workNames: Readonly<Record<TaskKind, string>> = {
  GovSoftwareUpgrade: 'the proposal',
  GovVote: 'the vote',
  GovParamChange: 'the proposal',
  AwaitCondition: 'the wait',
  UpdateNodeImage: 'the image update',
  AwaitNodesAtHeight: 'the wait',
  DiscoverPeers: 'the update of the peers',
  RestartSeid: 'the restart',
  MarkReady: 'mark-ready',
};

/**
 * A task whose end came although it had been cancelled. A wait that is over is over, and what was not sent was not
 * done.
 */
function cancelledTooLate(task: EndedTask, verdict: Verdict): Verdict {
  const { kind, knowledge } = task;
  if (taskKinds[kind].onlyWaits || knowledge.sent === 'no') return verdict;
  const done = verdict.phase === 'Complete' ? ' What was done stays. Create a new task to change it.' : '';
  return {
    ...failed(
      'Cancelled',
      `Cancelled too late to stop ${workNames[kind]}: ${reachedText(task)}. Result: ${verdict.message}${done}`,
    ),
    ...present({ outputs: verdict.outputs }),
  };
}

function reachedText({ kind, node, knowledge: { sent } }: EndedTask): string {
  if (kind === 'UpdateNodeImage')
    return `spec.image of ${nodeText(node)} ${sent === 'yes' ? 'was set' : 'may have been set'}`;
  return `the sidecar of ${nodeText(node)} ${sent === 'yes' ? 'had accepted it' : 'may have accepted it'}`;
}

/** Adds why somebody cancelled to the verdict of a cancelled task. */
function withReason(verdict: Verdict, why: string): Verdict {
  if (verdict.reason !== 'Cancelled' || why === '') return verdict;
  return { ...verdict, message: `${verdict.message} Cancelled because: ${asSentence(why)}` };
}
