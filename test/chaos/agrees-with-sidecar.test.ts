import { agreesWithSidecar } from '../../chaos/invariants/agrees-with-sidecar.ts';
import type { ObservedNode, ObservedTask } from '../../chaos/observations.ts';
import type { JournalEntry } from '../../simulator/journal.ts';
import { assertViolations } from './assert-violations.ts';
import { began, complete, ended, goodRestart, journal, madeUpNode, madeUpRun, madeUpTask, over, running, second, START, TASK_ID } from './made-up-run.ts';

interface Case {
  readonly what: string;
  readonly task: Partial<ObservedTask>;
  readonly events?: readonly JournalEntry[];
  readonly node?: Partial<ObservedNode>;
  /** Absent: all is well. */
  readonly wrong?: RegExp;
}

const cancelledWith = (message: string) => ({ cancel: 'annotation' as const, states: [ended('Failed', 'Cancelled', message)] });
const completedWith = (reason: string) => ({ states: [ended('Complete', reason, 'Done.')] });
const failedWith = (reason: string, message = 'It failed.', more: object = {}) => ({ states: [ended('Failed', reason, message, more)] });
const startedAt1 = { task: { id: TASK_ID, status: 'Failed', executionStartedAt: second(1) } };
const failedRun = journal([2, began()], [5, over('failed')]);
const begunRun = journal([2, began()]);
const stillRunning = 'No end within 5s: the sidecar still has the task running, unwatched from now on.';
const result = (inclusionStatus: string) => ({ tasks: [{ id: TASK_ID, type: 'gov-vote', status: 'failed' as const, run: 1, submittedAt: '', result: { inclusionStatus } }] });
const deletion = { requests: [{ method: 'DELETE', path: `/v0/tasks/${TASK_ID}`, body: '', status: 204, at: START }] };
const image = (runningAt?: number) => ({ images: [{ image: 'v2', setAt: START, ...(runningAt === undefined ? {} : { runningAt: START + runningAt * 1000 }) }] });
const update = { kind: 'UpdateNodeImage', image: 'v2', timeoutSeconds: 5 } as const;
const imageNotRun = ended('Failed', 'Timeout', 'its spec.image is set and stays so, its current image is v1.', { ...startedAt1 } as never);

const cases: readonly Case[] = [
  { what: 'Complete, and the sidecar completed it', task: {}, events: goodRestart },
  { what: 'Complete, and the sidecar failed', task: {}, events: failedRun, wrong: /is Complete\/TaskComplete .* but the sidecar never completed it/ },
  { what: 'Complete, and the sidecar never had it', task: {}, events: [], wrong: /never completed it/ },
  { what: 'Complete before the sidecar completed it', task: {}, events: journal([2, began()], [10, over('completed')]), wrong: /never completed it/ },
  { what: 'Confirmed, and the sidecar completed it', task: { kind: 'GovVote', ...completedWith('Confirmed') }, events: goodRestart },
  { what: 'Confirmed, and the sidecar failed', task: { kind: 'GovVote', ...completedWith('Confirmed') }, events: failedRun, wrong: /never completed it/ },
  { what: 'MarkReady Complete, and the sidecar took it', task: { kind: 'MarkReady', ...completedWith('TaskComplete') }, events: begunRun },
  { what: 'MarkReady Complete, and the sidecar never had it', task: { kind: 'MarkReady', ...completedWith('TaskComplete') }, wrong: /the sidecar never took it/ },
  { what: 'UpdateNodeImage Complete, and the node runs the image', task: { ...update, states: [complete] }, node: image(3) },
  { what: 'UpdateNodeImage Complete, and the node does not run the image', task: { ...update, states: [complete] }, node: image(), wrong: /its node never ran the image/ },
  { what: 'UpdateNodeImage timed out, and the node does not run the image', task: { ...update, states: [imageNotRun] }, node: image() },
  { what: 'UpdateNodeImage timed out, and the node ran the image in time', task: { ...update, states: [imageNotRun] }, node: image(5), wrong: /ran the image before the deadline/ },
  { what: 'another id than the contract says', task: { taskId: 'other' }, events: journal([2, began('other')], [5, over('completed', 'other')]), wrong: /its id on the sidecar must be other/ },
  { what: 'TaskFailed, and the sidecar failed', task: failedWith('TaskFailed'), events: failedRun },
  { what: 'TaskFailed, and the sidecar completed it', task: failedWith('TaskFailed'), events: goodRestart, wrong: /it never failed on the sidecar/ },
  { what: 'TxFailed, and so it is', task: failedWith('TxFailed'), events: failedRun, node: result('committed_failed') },
  { what: 'TxFailed, and the transaction is fine', task: failedWith('TxFailed'), events: failedRun, node: result('committed_ok'), wrong: /its transaction is committed_ok/ },
  { what: 'InclusionUndetermined, and nothing was sent', task: failedWith('InclusionUndetermined'), wrong: /never failed on the sidecar/ },
  { what: 'nothing was done, and so it is', task: cancelledWith('Cancelled before anything was sent to the sidecar; nothing was done.') },
  { what: 'nothing was done, and it was', task: cancelledWith('Cancelled before anything was sent to the sidecar; nothing was done.'), events: goodRestart, wrong: /it was sent and begun/ },
  { what: 'nothing was done, and it is done later', task: failedWith('Timeout', 'Nothing was done.'), events: journal([50, began()]), wrong: /it was sent and begun/ },
  { what: 'refused, and begun', task: failedWith('TaskTerminalError'), events: begunRun, wrong: /it was sent and begun/ },
  { what: 'params not built, and begun', task: failedWith('ParamsBuildFailed'), events: begunRun, wrong: /it was sent and begun/ },
  { what: 'Timeout of a task that runs', task: { timeoutSeconds: 5, ...failedWith('Timeout', stillRunning, startedAt1) }, events: begunRun },
  { what: 'Timeout of a task that runs, and it never did', task: { timeoutSeconds: 5, ...failedWith('Timeout', stillRunning, startedAt1) }, wrong: /the sidecar never had it/ },
  { what: 'Timeout of a task that was over in time', task: { timeoutSeconds: 5, ...failedWith('Timeout', stillRunning, startedAt1) }, events: goodRestart, wrong: /it was over on the sidecar before the deadline/ },
  { what: 'cancelled and watched to its end', task: cancelledWith('Cancelled after …, so it was watched to its end: …'), events: goodRestart },
  { what: 'cancelled and watched to its end, and there was nothing to watch', task: cancelledWith('Cancelled after …, so it was watched to its end: …'), wrong: /the sidecar never had it/ },
  { what: 'taken off the sidecar', task: cancelledWith('the task was taken off the sidecar.'), events: begunRun, node: deletion },
  { what: 'taken off the sidecar, and nobody did', task: cancelledWith('the task was taken off the sidecar.'), events: begunRun, wrong: /nobody asked the sidecar/ },
  { what: 'cancelled, and nobody has', task: failedWith('Cancelled', 'It was cancelled.'), wrong: /nobody cancelled it/ },
  { what: 'a target that is not there', task: { node: 'nobody', ...failedWith('TargetResolveFailed', 'It does not exist; nothing was done.') } },
  { what: 'a workflow that somebody terminated', task: { cancel: 'terminate', ...failedWith('WorkflowTerminated') } },
  { what: 'a workflow that nobody terminated', task: { cancel: 'delete', ...failedWith('WorkflowTerminated') }, wrong: /nobody terminated its workflow/ },
  { what: 'a reason that there is not', task: failedWith('Whatever'), wrong: /nothing in this run can lead to that/ },
  { what: 'a task that is not over', task: { states: [running] }, events: failedRun },
];

describe('a status agrees with what the sidecar did', () => {
  for (const { what, task, events = [], node = {}, wrong } of cases) {
    it(`${wrong === undefined ? 'holds' : 'fails'}: ${what}`, () => {
      const run = madeUpRun({ tasks: [madeUpTask(task)], nodes: [madeUpNode(events, node)] });
      assertViolations(agreesWithSidecar, run, ...(wrong === undefined ? [] : [wrong]));
    });
  }
});
