import type { End, EndedTask } from '../../core/ended-task.ts';
import type { TaskReport } from '../../api/sidecar/sidecar-task.ts';
import { taskKindNames, taskKinds, type TaskKind } from '../../api/task-kinds.ts';
import type { Transaction } from '../../api/sidecar/transaction.ts';
import type { Knowledge, Sent } from '../../core/knowledge.ts';
import { checkedPayloads } from '../api/payload-examples.ts';

export const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
/** Words from outside, to be found again. */
export const WORDS = {
  error: 'it broke',
  refusal: 'unknown task type: x',
  problem: 'connection refused',
  why: 'wrong node',
};

const unread: Transaction = {
  txHash: undefined,
  height: undefined,
  proposalId: undefined,
  code: undefined,
  codespace: undefined,
  rawLog: undefined,
  inclusionStatus: undefined,
};

export function transaction(fields: Partial<Transaction>): Transaction {
  return { ...unread, ...fields };
}

function* product<A, B>(first: Iterable<A>, second: readonly B[]): Generator<[A, B]> {
  for (const a of first) for (const b of second) yield [a, b];
}

const inclusions = ['committed_ok', 'committed_failed', 'pending', 'unverifiable'] as const;

/**
 * What a sidecar can leave in addition to the state: nothing, what cannot be read, and a transaction in every
 * condition.
 */
const results: readonly Pick<TaskReport, 'transaction' | 'rawResult'>[] = [
  {},
  { rawResult: '"odd"' },
  { rawResult: '{"txHash":"AB12"}', transaction: transaction({ txHash: 'AB12' }) },
  ...inclusions.flatMap((inclusionStatus) => [
    { transaction: transaction({ txHash: 'AB12', height: 7, code: 5, inclusionStatus }) },
    { transaction: transaction({ inclusionStatus }) },
  ]),
];

const reports: readonly TaskReport[] = results.flatMap((result): TaskReport[] => [
  { state: 'completed', ...result },
  { state: 'failed', error: WORDS.error, ...result },
]);

const ends: readonly End[] = [
  ...reports.map((report): End => ({ by: 'report', report })),
  { by: 'report', report: { state: 'completed' }, height: 12 },
  { by: 'report', report: { state: 'completed', already: true } },
  { by: 'acceptance' },
  { by: 'refusal', words: WORDS.refusal },
  { by: 'deadline', takenOff: false },
  { by: 'deadline', takenOff: true },
  { by: 'loss', afterMs: 600_000 },
  { by: 'absence' },
  { by: 'cancellation', takenOff: false },
  { by: 'cancellation', takenOff: true },
];

const pending = transaction({ txHash: 'CD34', inclusionStatus: 'pending' });
const pendingWithoutHash = transaction({ inclusionStatus: 'pending' });

/** A sidecar can leave a transaction with any task, but only that of a governance task counts. */
function* everyKnowledge(kind: TaskKind): Generator<Knowledge> {
  const seen = [undefined, 'running', 'absent', 'unconfirmed', 'completed', 'failed', 'gone'] as const;
  const pendings =
    taskKinds[kind].endsWith === 'transaction' ? [undefined, pending, pendingWithoutHash] : [undefined, pending];
  for (const [[[sent, state], problem], last] of product(
    product(product(['no', 'perhaps', 'yes'] as const, seen), [undefined, WORDS.problem]),
    pendings,
  )) {
    yield { sent, ...(state && { seen: state }), ...(problem && { problem }), ...(last && { pending: last }) };
  }
}

function payloadsOf(kind: TaskKind): readonly unknown[] {
  const payload = checkedPayloads[kind];
  return kind === 'AwaitCondition' ? [payload, { ...payload, action: 'SIGTERM_SEID' }] : [payload];
}

/** Every kind × knowledge × end × cancelled or not × bounded or not. */
export function* everyEndedTask(): Generator<EndedTask> {
  const circumstances = [undefined, '', WORDS.why].flatMap((cancelled) =>
    [undefined, 600_000].map((timeoutMs) => ({ cancelled, timeoutMs })),
  );
  for (const kind of taskKindNames) {
    for (const [[[payload, knowledge], end], circumstance] of product(
      product(product(payloadsOf(kind), [...everyKnowledge(kind)]), ends),
      circumstances,
    )) {
      yield { kind, node, payload, knowledge, end, ...circumstance };
    }
  }
}

/** The transaction that is known of a governance task. */
export function knownTransaction({ kind, end, knowledge }: EndedTask): Transaction | undefined {
  if (taskKinds[kind].endsWith !== 'transaction') return undefined;
  return (end.by === 'report' ? end.report.transaction : undefined) ?? knowledge.pending;
}

/** What of this could never come about: how a task ends does not fit what is known of it. Unset: it can. */
export function contradiction(task: EndedTask): string | undefined {
  const { kind, end, knowledge } = task;
  return (
    contradictoryKnowledge(kind, knowledge) ??
    (contradictoryEnd[end.by](task, knowledge.sent, end as never) || undefined)
  );
}

/** A task that is there under our id was sent; an image that was there before it was not. */
export function contradictoryKnowledge(kind: TaskKind, { sent, seen, pending: last }: Knowledge): string | undefined {
  if (sent === 'yes') return undefined;
  if (last !== undefined) return 'a transaction of a task that was not sent';
  const wasThere = seen === 'completed' && kind === 'UpdateNodeImage' && sent === 'no';
  const isOver = seen === 'completed' || seen === 'failed';
  return seen === 'running' || (isOver && !wasThere) ? `${seen} without having been sent` : undefined;
}

type Contradiction<By extends End['by']> = (
  task: EndedTask,
  sent: Sent,
  end: Extract<End, { readonly by: By }>,
) => string | false | undefined;

const contradictoryEnd: { readonly [By in End['by']]: Contradiction<By> } = {
  report: ({ kind }, sent, { report }) => {
    if (report.already) return !(kind === 'UpdateNodeImage' && sent === 'no') && 'there before, and sent';
    return sent !== 'yes' && 'over without having been sent';
  },
  acceptance: ({ kind }, sent) =>
    (taskKinds[kind].endsWith !== 'acceptance' || sent !== 'yes') && 'an acceptance that ends nothing',
  refusal: (_task, sent) => sent === 'yes' && 'sent again after it had been accepted',
  loss: ({ kind }, sent) => (sent === 'no' || kind === 'UpdateNodeImage') && 'lost without having been sent',
  absence: () => undefined,
  deadline: contradictoryStop,
  cancellation: contradictoryStop,
};

function contradictoryStop(task: EndedTask, sent: Sent, { takenOff }: { readonly takenOff: boolean }): string | false {
  const { kind, knowledge } = task;
  if (takenOff) return (!taskKinds[kind].onlyWaits || sent === 'no') && 'taken off without having been sent';
  // A cancelled image is left to itself at once, whatever was seen of it.
  const isOver = kind !== 'UpdateNodeImage' && ['completed', 'failed', 'gone'].includes(knowledge.seen ?? '');
  return (
    isOver &&
    knowledge.problem === undefined &&
    knownTransaction(task) === undefined &&
    'not watched to an end that was seen'
  );
}
