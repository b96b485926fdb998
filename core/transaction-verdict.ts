import type { EndedTask } from './ended-task.ts';
import type { FailedVerdict, Verdict } from '../api/temporal/task-outcome.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import { asSentence } from '../lib/as-sentence.ts';
import { fill } from '../lib/fill.ts';
import { nodeText } from '../api/node-reference.ts';
import { PENDING } from '../api/reasons.ts';
import type { TaskReport } from '../api/sidecar/sidecar-task.ts';
import { payloadFieldOf, definitionOf } from '../api/task-kinds.ts';
import type { Transaction } from '../api/sidecar/transaction.ts';
import { failed, messageOf } from './verdict.ts';

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
  return definitionOf(kind).endsWith === 'transaction' ? pending : undefined;
}

/** The task is not watched any longer, and the last that is known of the transaction is that it is pending. */
export function inclusionUndetermined(task: EndedTask, transaction: Transaction): Verdict {
  const isLate = task.end.by === 'deadline' && task.timeoutMs !== undefined;
  const verdict = failed('InclusionUndetermined', 'pending', {
    ...named(task, transaction),
    time: isLate ? ` within ${formatDuration(task.timeoutMs)}` : '',
  });
  return withOutputs(task, transaction, verdict);
}

/** Adds what was last seen of a transaction to a verdict that does not mention it. */
export function withPending(task: EndedTask, verdict: Verdict): Verdict {
  const pending = pendingTransaction(task);
  if (pending === undefined) return verdict;
  const message = `${verdict.message} ${fill(PENDING, { transaction: transactionText(pending) })}`;
  return withOutputs(task, pending, { ...verdict, message });
}

/** v0.0.56 has no results at all, and what cannot be read says as little: nothing is claimed about the chain. */
function withoutInclusion({ node }: EndedTask, report: TaskReport): Verdict {
  const { rawResult, transaction } = report;
  const result = rawResult === undefined ? 'no result' : `a result that cannot be read: ${rawResult}`;
  const values = {
    node: nodeText(node),
    transaction: transaction?.txHash ? `transaction ${printable(transaction.txHash, 128)}` : 'the transaction',
  };
  if (report.state === 'completed')
    return {
      phase: 'Complete',
      reason: 'TaskComplete',
      message: messageOf('TaskComplete', 'unreadable', { ...values, result }),
    };
  const words = printable(report.error);
  const left = rawResult === undefined ? '' : ` It left ${result}.`;
  const verdict = failed('TaskFailed', 'unreadable', { ...values, quote: asSentence(words), result: left });
  return { ...verdict, sidecarError: words };
}

type InclusionVerdict = (task: EndedTask, report: TaskReport, transaction: Transaction) => Verdict;

const verdictOfInclusion: Readonly<Record<NonNullable<Transaction['inclusionStatus']>, InclusionVerdict>> = {
  committed_ok: (task, report, transaction) => {
    const values = named(task, transaction);
    if (report.state === 'completed')
      return { phase: 'Complete', reason: 'Confirmed', message: messageOf('Confirmed', 'onChain', values) };
    return quoting(report, failed('TaskFailed', 'failedOnChain', { ...values, quote: quoteOf(report).trimStart() }));
  },
  committed_failed: (task, report, transaction) => {
    const values = { ...named(task, transaction), code: codeText(transaction), quote: quoteOf(report) };
    return quoting(report, failed('TxFailed', 'failed', values));
  },
  pending: (task, _report, transaction) => inclusionUndetermined(task, transaction),
  unverifiable: (task, report, transaction) =>
    quoting(report, failed('TaskFailed', 'unverifiable', { ...named(task, transaction), quote: quoteOf(report) })),
};

function named({ node }: EndedTask, transaction: Transaction) {
  return { node: nodeText(node), transaction: transactionText(transaction) };
}

function quoteOf(report: TaskReport): string {
  return report.state === 'completed' ? '' : ` The sidecar reported failure: ${asSentence(printable(report.error))}`;
}

function quoting(report: TaskReport, verdict: FailedVerdict): Verdict {
  return report.state === 'completed' ? verdict : { ...verdict, sidecarError: printable(report.error) };
}

function withOutputs({ kind }: EndedTask, transaction: Transaction, verdict: Verdict): Verdict {
  const { txHash, height, proposalId } = transaction;
  if (txHash === undefined || txHash === '') return verdict;
  const outputs = {
    txHash: printable(txHash, 128),
    ...(height === undefined || height <= 0 ? {} : { height }),
    ...(proposalId === undefined || proposalId <= 0 ? {} : { proposalId }),
  };
  return { ...verdict, outputs: { [payloadFieldOf(kind)]: outputs } };
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
