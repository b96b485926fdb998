import type { EndedTask } from './ended-task.ts';
import type { CompleteVerdict, Verdict } from '../api/temporal/task-outcome.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { present } from '../lib/present.ts';
import { printable } from '../lib/printable.ts';
import { asSentence } from '../lib/as-sentence.ts';
import { fill } from '../lib/fill.ts';
import { nodeText, type NodeReference } from '../api/node-reference.ts';
import { BECAUSE, reached, whereabouts, type MessageName } from '../api/reasons.ts';
import type { TaskReport } from '../api/sidecar/sidecar-task.ts';
import { definitionOf, payloadFieldOf } from '../api/task-kinds.ts';
import type { Knowledge } from './knowledge.ts';
import { inclusionUndetermined, pendingTransaction, transactionVerdict, withPending } from './transaction-verdict.ts';
import { failed, messageOf, targetGone } from './verdict.ts';

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
  const { kind, node, payload } = task;
  const { endsWith, outputsOf } = definitionOf(kind);
  if (endsWith === 'transaction') return transactionVerdict(task, report);
  if (report.state === 'completed') {
    const outputs = outputsOf?.(payload as never, { height });
    return {
      ...complete(task, report.already),
      ...present({ outputs: outputs && { [payloadFieldOf(kind)]: outputs } }),
    };
  }
  const words = printable(report.error);
  const quoted = { node: nodeText(node), quote: asSentence(words) };
  const verdict =
    endsWith === 'image'
      ? failed('TaskFailed', 'superseded', { ...quoted, image: imageOf(payload) })
      : failed('TaskFailed', 'failed', quoted);
  return { ...verdict, sidecarError: words };
}

function imageOf(payload: unknown): string {
  return printable((payload as { readonly image: string }).image, 512);
}

function complete(task: EndedTask, already = false): CompleteVerdict {
  const result = definitionOf(task.kind).complete({ node: task.node, payload: task.payload as never });
  const message = messageOf('TaskComplete', already ? 'unchanged' : 'complete', { result });
  return { phase: 'Complete', reason: 'TaskComplete', message };
}

function refused({ kind, node, knowledge }: EndedTask, words: string): Verdict {
  const said = printable(words);
  const quoted = { node: nodeText(node), quote: asSentence(said) };
  const isUnsent = knowledge.sent === 'no';
  if (definitionOf(kind).endsWith === 'image')
    return failed('TaskTerminalError', isUnsent ? 'imageRefused' : 'imageRefusedPerhapsSet', quoted);
  return { ...failed('TaskTerminalError', isUnsent ? 'refused' : 'refusedPerhapsSent', quoted), sidecarError: said };
}

function timedOut(task: EndedTask, takenOff: boolean): Verdict {
  const { kind, knowledge, timeoutMs } = task;
  const pending = pendingTransaction(task);
  if (pending !== undefined) return inclusionUndetermined(task, pending);
  if (knowledge.seen === 'running' && definitionOf(kind).endsWith === 'acceptance') return complete(task);
  const lastProblem = knowledge.problem ?? knowledge.lostPost;
  const timeout = timeoutMs === undefined ? '' : formatDuration(timeoutMs);
  return failed('Timeout', timeoutCase(task, takenOff), {
    timeout,
    time: timeout && ` after ${timeout}`,
    whereabouts: takenOff ? takenOffText(task) : whereaboutsText(task),
    problem: lastProblem === undefined ? '' : ` Last problem: ${asSentence(printable(lastProblem))}`,
  });
}

/** Work on a node is not begun with too little time left, and then ends before the time is over. */
function timeoutCase({ kind, timeoutMs, knowledge }: EndedTask, takenOff: boolean): MessageName<'Timeout'> {
  if (takenOff) return 'takenOff';
  const isTooLate = timeoutMs !== undefined && definitionOf(kind).changesNode && knowledge.sent === 'no';
  return isTooLate ? 'tooLateToBegin' : 'over';
}

/** The sidecar's answer is the same when it did not have the wait. */
function takenOffText({ node, payload, knowledge }: EndedTask): string {
  const values = { node: nodeText(node), signal: laterSignalText(payload) };
  return fill(knowledge.sent === 'yes' ? whereabouts.takenOff : whereabouts.perhapsTakenOff, values);
}

/** Versions whose DELETE deletes the task while its work continues (contract §3). */
function laterSignalText(payload: unknown): string {
  return (payload as { readonly action?: string }).action === undefined
    ? ''
    : ' A sidecar of version v0.0.56 or older cannot be stopped from waiting: its SIGTERM to seid can still come.';
}

/** Where a task that is not watched any longer is, and what to do. Never more than is known. */
function whereaboutsText({ kind, node, payload, knowledge }: EndedTask): string {
  if (definitionOf(kind).endsWith === 'image') return imageWhereabouts(node, imageOf(payload), knowledge);
  return fill(whereabouts[sidecarWhereabouts(knowledge)], { node: nodeText(node) });
}

function sidecarWhereabouts({ sent, seen, problem }: Knowledge) {
  const answer = problem === undefined ? seen : undefined;
  if (answer === 'running') return 'running';
  if (sent === 'no') return 'unsent';
  if (sent === 'yes') return answer === 'absent' ? 'acceptedAndGone' : 'acceptedAndUnasked';
  return answer === 'absent' ? 'perhapsSentAndGone' : 'perhapsSentAndUnasked';
}

function imageWhereabouts(reference: NodeReference, image: string, { sent, currentImage }: Knowledge): string {
  const node = nodeText(reference);
  if (sent === 'no') return fill(whereabouts.imageUnset, { node });
  if (sent === 'perhaps') return fill(whereabouts.imagePerhapsSet, { node, image });
  const current =
    currentImage === undefined ? '' : ` The node ran ${printable(currentImage, 512)} when it was last seen.`;
  return fill(whereabouts.imageSet, { node, image, current });
}

function lost({ node, knowledge }: EndedTask, afterMs: number): Verdict {
  const message = knowledge.sent === 'yes' ? 'accepted' : 'perhapsSent';
  return failed('TaskLost', message, { node: nodeText(node), time: formatDuration(afterMs) });
}

function cancelled(task: EndedTask, takenOff: boolean): Verdict {
  const node = nodeText(task.node);
  const pending = pendingTransaction(task);
  if (pending !== undefined) return cancelledTooLate(task, inclusionUndetermined(task, pending));
  if (takenOff) return failed('Cancelled', 'takenOff', { whereabouts: takenOffText(task) });
  if (task.knowledge.sent !== 'no')
    return failed('Cancelled', 'watchedNoLonger', { whereabouts: whereaboutsText(task) });
  return failed('Cancelled', definitionOf(task.kind).endsWith === 'image' ? 'imageUnset' : 'unsent', { node });
}

/**
 * A task whose end came although it had been cancelled. A wait that is over is over, and what was not sent was not
 * done.
 */
function cancelledTooLate(task: EndedTask, verdict: Verdict): Verdict {
  const { kind, knowledge } = task;
  const { onlyWaits, work } = definitionOf(kind);
  if (onlyWaits || knowledge.sent === 'no') return verdict;
  const values = { work, reached: reachedText(task), result: verdict.message };
  const message = verdict.phase === 'Complete' ? 'tooLateAndDone' : 'tooLate';
  return { ...failed('Cancelled', message, values), ...present({ outputs: verdict.outputs }) };
}

function reachedText({ kind, node, knowledge: { sent } }: EndedTask): string {
  const [known, perhaps] =
    definitionOf(kind).endsWith === 'image'
      ? ([reached.imageSet, reached.imagePerhapsSet] as const)
      : ([reached.accepted, reached.perhapsAccepted] as const);
  return fill(sent === 'yes' ? known : perhaps, { node: nodeText(node) });
}

/** Adds why the task was cancelled to its verdict. */
function withReason(verdict: Verdict, why: string): Verdict {
  if (verdict.reason !== 'Cancelled' || why === '') return verdict;
  return { ...verdict, message: `${verdict.message} ${fill(BECAUSE, { why: asSentence(why) })}` };
}
