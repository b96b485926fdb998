import type { Verdict } from '../api/temporal/task-outcome.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import { asSentence } from '../api/provenance.ts';
import type { TaskReport } from '../api/sidecar/sidecar-task.ts';
import { taskKinds } from '../api/task-kinds.ts';
import type { Transaction } from '../api/sidecar/transaction.ts';
import type { EndedTask } from './task-verdict.ts';
import { failed, nodeText, sidecarText } from './verdict.ts';

/** What a governance task that is over on the sidecar means. */
export function transactionVerdict(task: EndedTask, report: TaskReport): Verdict {
  const { transaction } = report;
  if (transaction === undefined) return withPending(task, withoutInclusion(task, report));
  const { inclusionStatus } = transaction;
  const verdict =
    inclusionStatus === undefined
      ? withoutInclusion(task, report)
      : verdictOfInclusion[inclusionStatus](task, report, transaction);
  return withOutputs(task, transaction, verdict);
}

/** The transaction of a governance task that was last seen to wait for its inclusion. */
export function pendingTransaction({ kind, knowledge: { pending } }: EndedTask): Transaction | undefined {
  return taskKinds[kind].endsWith === 'transaction' ? pending : undefined;
}

/** The task is not watched any longer, and the last that is known of the transaction is that it is pending. */
export function inclusionUndetermined(task: EndedTask, transaction: Transaction): Verdict {
  const time =
    task.end.by === 'deadline' && task.timeoutMs !== undefined ? ` within ${formatDuration(task.timeoutMs)}` : '';
  const verdict = failed(
    'InclusionUndetermined',
    `${transactionText(transaction)} was submitted by ${sidecarText(task.node)}, and it could not be determined${time} whether it will be included in a block. ` +
      'Look it up on chain before you create a new task: it may still be included.',
  );
  return withOutputs(task, transaction, verdict);
}

/** Adds what was last seen of a transaction to a verdict that came about without a word on it. */
export function withPending(task: EndedTask, verdict: Verdict): Verdict {
  const pending = pendingTransaction(task);
  if (pending === undefined) return verdict;
  const message = `${verdict.message} ${transactionText(pending)} was last seen pending and may still be included. Look it up on chain before you create a new task.`;
  return withOutputs(task, pending, { ...verdict, message });
}

/** v0.0.56 has no results at all, and what cannot be read says as little: nothing is claimed about the chain. */
function withoutInclusion({ node }: EndedTask, report: TaskReport): Verdict {
  const { rawResult, transaction } = report;
  const raw = rawResult === undefined ? 'no result' : `a result that cannot be read: ${rawResult}`;
  const name = transaction?.txHash ? `transaction ${printable(transaction.txHash, 128)}` : 'the transaction';
  if (report.state === 'completed') {
    const message =
      `The sidecar of ${nodeText(node)} reported that the task is completed, with ${raw}. ` +
      `This does not say whether ${name} is on chain. Look it up there before you rely on it.`;
    return { phase: 'Complete', reason: 'TaskComplete', message };
  }
  const words = printable(report.error);
  const left = rawResult === undefined ? '' : ` It left ${raw}.`;
  return {
    ...failed(
      'TaskFailed',
      `The sidecar of ${nodeText(node)} reported failure: ${asSentence(words)}${left} It is not tried again. ` +
        `This does not say whether ${name} is on chain. Look it up there before you create a new task.`,
    ),
    sidecarError: words,
  };
}

type InclusionVerdict = (task: EndedTask, report: TaskReport, transaction: Transaction) => Verdict;

const verdictOfInclusion: Readonly<Record<NonNullable<Transaction['inclusionStatus']>, InclusionVerdict>> = {
  committed_ok: (task, report, transaction) => {
    const name = transactionText(transaction);
    if (report.state === 'failed')
      return failedWith(
        report,
        'TaskFailed',
        `${name}, submitted by ${sidecarText(task.node)}, is on chain: do not submit it again.`,
      );
    return {
      phase: 'Complete',
      reason: 'Confirmed',
      message: `${name}, submitted by ${sidecarText(task.node)}, is on chain.`,
    };
  },
  committed_failed: (task, report, transaction) =>
    failedWith(
      report,
      'TxFailed',
      `${transactionText(transaction)}, submitted by ${sidecarText(task.node)}, was included in a block and failed there${codeText(transaction)}. ` +
        'It is not sent again; correct it in a new task.',
    ),
  pending: (task, _report, transaction) => inclusionUndetermined(task, transaction),
  unverifiable: (task, report, transaction) =>
    failedWith(
      report,
      'TaskFailed',
      `${transactionText(transaction)} was submitted by ${sidecarText(task.node)}, which cannot verify its inclusion. ` +
        'Check on an indexed RPC whether it is on chain before you create a new task.',
    ),
};

function failedWith(report: TaskReport, reason: 'TaskFailed' | 'TxFailed', message: string): Verdict {
  if (report.state === 'completed') return failed(reason, message);
  const sidecarError = printable(report.error);
  return { ...failed(reason, `${message} The sidecar reported failure: ${asSentence(sidecarError)}`), sidecarError };
}

function withOutputs({ kind }: EndedTask, transaction: Transaction, verdict: Verdict): Verdict {
  const { txHash, height, proposalId } = transaction;
  if (txHash === undefined || txHash === '') return verdict;
  const outputs = {
    txHash: printable(txHash, 128),
    ...(height === undefined || height <= 0 ? {} : { height }),
    ...(proposalId === undefined || proposalId <= 0 ? {} : { proposalId }),
  };
  return { ...verdict, outputs: { [taskKinds[kind].payloadField]: outputs } };
}

function transactionText({ txHash, height }: Transaction): string {
  const hash = txHash ? `Transaction ${printable(txHash, 128)}` : 'The transaction';
  return height === undefined || height <= 0 ? hash : `${hash} at height ${height}`;
}

function codeText({ code, codespace, rawLog }: Transaction): string {
  const from = codespace === undefined ? '' : ` of ${printable(codespace, 64)}`;
  const log = rawLog === undefined || rawLog === '' ? '' : `: ${printable(rawLog)}`;
  return code === undefined ? log : ` with code ${code}${from}${log}`;
}
