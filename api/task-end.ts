import { formatDuration } from './go-duration.ts';
import { printable } from './printable.ts';
import type { TaskReport } from './sidecar-task.ts';
import { taskKinds } from './task-kinds.ts';
import type { TaskPlan } from './task-plan.ts';
import { transactionOutputs, type Transaction } from './transaction.ts';
import { failed, taskComplete, taskFailed, type Verdict } from './verdict.ts';

/** What a task that is over on the sidecar means. */
export function verdictOfReport(plan: TaskPlan, report: TaskReport): Verdict {
  if (taskKinds[plan.kind].endsWith !== 'transaction') {
    return report.state === 'completed' ? taskComplete(plan.kind) : taskFailed(plan.node, report.error);
  }
  const { transaction } = report;
  if (transaction === undefined) return withoutInclusion(plan, report);
  const { inclusionStatus } = transaction;
  const verdict =
    inclusionStatus === undefined
      ? withoutInclusion(plan, report)
      : verdictOfInclusion[inclusionStatus]({ plan, report, transaction, name: transactionText(transaction) });
  return withOutputs(plan, transaction, verdict);
}

/** The execution time is over, and the last that is known of the transaction is that it is pending. */
export function inclusionUndetermined(plan: TaskPlan, transaction: Transaction): Verdict {
  const time = plan.timeoutMs === undefined ? '' : ` within ${formatDuration(plan.timeoutMs)}`;
  const verdict = failed(
    'InclusionUndetermined',
    `${transactionText(transaction)} was sent, and it could not be determined${time} whether it will be included in a block. ` +
      'Look it up on chain before you create a new task: it may still be included.',
  );
  return withOutputs(plan, transaction, verdict);
}

/** v0.0.56 has no results at all, and what cannot be read says as little. */
function withoutInclusion(plan: TaskPlan, report: TaskReport): Verdict {
  const raw = report.rawResult === undefined ? 'no result' : `a result that cannot be read: ${report.rawResult}`;
  if (report.state === 'completed') {
    const message = `The sidecar reported that the task is completed, with ${raw}. Look the transaction up on chain for its hash and height.`;
    return { phase: 'Complete', reason: 'Confirmed', message };
  }
  const verdict = taskFailed(plan.node, report.error);
  return report.rawResult === undefined ? verdict : { ...verdict, message: `${verdict.message} It left ${raw}.` };
}

interface TransactionEnd {
  readonly plan: TaskPlan;
  readonly report: TaskReport;
  readonly transaction: Transaction;
  /** `Transaction ABC at height 7`. */
  readonly name: string;
}

const verdictOfInclusion: Readonly<Record<NonNullable<Transaction['inclusionStatus']>, (end: TransactionEnd) => Verdict>> = {
  committed_ok: ({ plan, report, name }) => {
    if (report.state === 'completed') return { ...taskComplete(plan.kind), reason: 'Confirmed' };
    return failedWith(report, 'TaskFailed', `${name} is on chain: do not submit it again. The sidecar reported failure afterwards:`);
  },
  committed_failed: ({ report, name, transaction }) =>
    failedWith(
      report,
      'TxFailed',
      `${name} was included in a block and failed there${codeText(transaction)}. It is not sent again; correct it in a new task.`,
    ),
  pending: ({ plan, transaction }) => inclusionUndetermined(plan, transaction),
  unverifiable: ({ report, name }) =>
    failedWith(
      report,
      'TaskFailed',
      `${name} was sent, but the sidecar cannot verify its inclusion: check on an indexed RPC whether it is on chain before you create a new task.`,
    ),
};

function failedWith(report: TaskReport, reason: 'TaskFailed' | 'TxFailed', message: string): Verdict {
  if (report.state === 'completed') return failed(reason, message);
  const sidecarError = printable(report.error);
  return { ...failed(reason, `${message} ${sidecarError}.`), sidecarError };
}

function withOutputs(plan: TaskPlan, transaction: Transaction, verdict: Verdict): Verdict {
  const outputs = transactionOutputs(transaction);
  return outputs === undefined ? verdict : { ...verdict, outputs: { [taskKinds[plan.kind].payloadField]: outputs } };
}

function transactionText({ txHash, height }: Transaction): string {
  const hash = txHash === undefined ? 'The transaction' : `Transaction ${printable(txHash, 128)}`;
  return height === undefined || height <= 0 ? hash : `${hash} at height ${height}`;
}

function codeText({ code, codespace, rawLog }: Transaction): string {
  const from = codespace === undefined ? '' : ` of ${printable(codespace, 64)}`;
  const log = rawLog === undefined || rawLog === '' ? '' : `: ${printable(rawLog)}`;
  return code === undefined ? log : ` with code ${code}${from}${log}`;
}

/** Adds the height that a node was seen at to the verdict of a wait for one. */
export function withHeight(plan: TaskPlan, verdict: Verdict, height: number | undefined): Verdict {
  if (height === undefined || verdict.phase !== 'Complete') return verdict;
  if (plan.kind === 'AwaitNodesAtHeight') return { ...verdict, outputs: { awaitNodesAtHeight: { currentHeight: height } } };
  if (plan.kind === 'AwaitCondition') return { ...verdict, outputs: { awaitCondition: { observedValue: height } } };
  return verdict;
}

