import assert from 'node:assert/strict';
import type { EndedTask } from '../../core/ended-task.ts';
import type { Verdict } from '../../api/temporal/task-outcome.ts';
import { taskKinds, payloadFieldOf } from '../../api/task-kinds.ts';
import { verdictOf } from '../../core/task-verdict.ts';
import { contradiction, everyEndedTask, knownTransaction, node, WORDS } from './ended-tasks.ts';

interface Row {
  readonly task: EndedTask;
  readonly verdict: Verdict;
  /** The message without what it negates or doubts: the rest is claimed. */
  readonly claims: string;
}

const DOUBT = /may have (been (sent|set)|accepted it)/g;
const DENIAL = /(nothing|none of it) was (sent|done|changed)|(was|is) not (sent|set|tried)( again)?/gi;
const QUESTION = /whether [^.]*/g;
const SENT = /\b(sent|accepted|submitted|set to|was set|running|taken off|reported)\b/;
const ADVICE =
  /\b(create a new task|new task|check|look (it )?up|raise timeoutSeconds|do not submit it again|follow with)\b/i;

const is = (task: EndedTask, ...ends: EndedTask['end']['by'][]): boolean => ends.includes(task.end.by);
const kindOf = ({ kind }: EndedTask) => taskKinds[kind];
const reportOf = ({ end }: EndedTask) => (end.by === 'report' ? end.report : undefined);
const inclusionOf = (task: EndedTask) =>
  kindOf(task).endsWith === 'transaction' ? reportOf(task)?.transaction?.inclusionStatus : undefined;
const signals = ({ payload }: EndedTask): boolean => (payload as { readonly action?: string }).action !== undefined;
const lastAnswer = ({ knowledge: { seen, problem } }: EndedTask) => (problem === undefined ? seen : undefined);
const isTakenOff = ({ end }: EndedTask): boolean => 'takenOff' in end && end.takenOff;

/** If the first, then the second. */
const implies = (premise: boolean, conclusion: boolean): boolean => !premise || conclusion;

/** What holds for every verdict, also on what could never come about. */
const always: Readonly<Record<string, (row: Row) => boolean>> = {
  'names the node': ({ verdict }) => verdict.message.includes('SeiNode arctic-1/syncer-0-0'),
  'is whole sentences on one line': ({ verdict: { message } }) =>
    /^(spec\.|[A-Z])[^\n]*\.$/.test(message) && !/\.\.|\. (?!spec\.|seid\b)[^A-Z"]/.test(message),
  'says of a failure what to do next': ({ verdict: { phase, message } }) =>
    implies(phase === 'Failed', ADVICE.test(message)),
  'never claims a SIGTERM of a restart: the sidecar does not tell': ({ task, verdict }) =>
    implies(task.kind === 'RestartSeid', !verdict.message.includes('SIGTERM')),
  'is Complete only by a report of completion, by acceptance, or for a kind that ends with acceptance, seen at work at the deadline':
    ({ task, verdict }) =>
      implies(
        verdict.phase === 'Complete',
        reportOf(task)?.state === 'completed' ||
          is(task, 'acceptance') ||
          (is(task, 'deadline') && kindOf(task).endsWith === 'acceptance' && task.knowledge.seen === 'running'),
      ),
  'is Confirmed exactly when a completed task says committed_ok, and nobody cancelled it': ({ task, verdict }) =>
    (verdict.reason === 'Confirmed') ===
    (inclusionOf(task) === 'committed_ok' &&
      reportOf(task)?.state === 'completed' &&
      (task.cancelled === undefined || task.knowledge.sent === 'no')),
  'says that something is on chain only with committed_ok': ({ task, verdict, claims }) =>
    implies(/is on chain/.test(claims) || verdict.reason === 'Confirmed', inclusionOf(task) === 'committed_ok'),
  'has outputs of its own kind only': ({ task, verdict }) =>
    Object.keys(verdict.outputs ?? {}).every((field) => field === payloadFieldOf(task.kind)),
  'is TaskFailed only when the place that carries it out reported so': ({ task, verdict }) =>
    implies(verdict.reason === 'TaskFailed', is(task, 'report')),
  'is TxFailed only with committed_failed': ({ task, verdict }) =>
    implies(verdict.reason === 'TxFailed', inclusionOf(task) === 'committed_failed'),
  'is InclusionUndetermined only with a pending transaction': ({ task, verdict }) =>
    implies(verdict.reason === 'InclusionUndetermined', knownTransaction(task)?.inclusionStatus === 'pending'),
  'is TaskTerminalError only when it was refused': ({ task, verdict }) =>
    implies(verdict.reason === 'TaskTerminalError', is(task, 'refusal')),
  'is TargetResolveFailed only when the SeiNode is gone': ({ task, verdict }) =>
    implies(verdict.reason === 'TargetResolveFailed', is(task, 'absence')),
  'is Timeout only at the deadline': ({ task, verdict }) => implies(verdict.reason === 'Timeout', is(task, 'deadline')),
  'is TaskLost only when the sidecar forgot it': ({ task, verdict }) =>
    implies(verdict.reason === 'TaskLost', is(task, 'loss')),
  'is Cancelled only when somebody cancelled it': ({ task, verdict }) =>
    implies(verdict.reason === 'Cancelled', task.cancelled !== undefined || is(task, 'cancellation')),
  'says why it was cancelled when it is Cancelled, and never otherwise': ({ task, verdict }) =>
    verdict.message.includes(WORDS.why) === (verdict.reason === 'Cancelled' && task.cancelled === WORDS.why),
  'quotes the words of a failure or refusal': ({ task, verdict }) => {
    const report = reportOf(task);
    const isQuoted =
      report?.state === 'failed' && !['pending', 'committed_ok'].includes(report.transaction?.inclusionStatus ?? '');
    return (
      implies(isQuoted, verdict.message.includes(WORDS.error)) &&
      implies(is(task, 'refusal'), verdict.message.includes(WORDS.refusal))
    );
  },
  'tells the last problem at a Timeout': ({ task, verdict }) =>
    implies(verdict.reason === 'Timeout', verdict.message.includes(task.knowledge.problem ?? '')),
  'has the words of the sidecar apart only when it was the sidecar that spoke': ({ task, verdict }) =>
    implies(
      'sidecarError' in verdict,
      reportOf(task)?.state === 'failed' || (is(task, 'refusal') && task.kind !== 'UpdateNodeImage'),
    ),
};

/** What holds where the end fits what is known. */
const ifPossible: Readonly<Record<string, (row: Row) => boolean>> = {
  'keeps the transaction in outputs whenever its hash is known': ({ task, verdict: { outputs } }) => {
    const txHash = knownTransaction(task)?.txHash;
    const kept = Object.values(outputs ?? {}).map((output) => ('txHash' in output ? output.txHash : undefined));
    return txHash === undefined ? kept.every((hash) => hash === undefined) : kept.includes(txHash);
  },
  'names the transaction whose hash is known': ({ task, verdict }) =>
    verdict.message.includes(knownTransaction(task)?.txHash ?? ''),
  'claims nothing that was sent, and doubts nothing, when nothing was': ({ task, verdict: { message }, claims }) =>
    implies(task.knowledge.sent === 'no', !SENT.test(claims) && message.search(DOUBT) < 0),
  'says that nothing was sent or done when nothing was': ({ task, verdict }) =>
    implies(task.knowledge.sent === 'no', /nothing was (sent|done|changed)|was not set/i.test(verdict.message)),
  'reads "may have been" when it is not known whether it was sent, and neither claims nor denies it': ({
    task,
    verdict: { message },
    claims,
  }) =>
    implies(
      task.knowledge.sent === 'perhaps',
      /may have been (sent|set)/.test(message) &&
        !SENT.test(claims.replaceAll(/and was taken off it/g, '')) &&
        !/nothing was|was not (sent|set)\b/i.test(message),
    ),
  'says that it was sent, without a doubt, when it was': ({ task, verdict, claims }) =>
    implies(
      task.knowledge.sent === 'yes' && verdict.phase === 'Failed',
      SENT.test(claims) &&
        verdict.message.search(DOUBT) < 0 &&
        !/nothing was (sent|done)|was not (sent|set)\b/i.test(verdict.message),
    ),
  'is Cancelled whatever else was the end, when it was cancelled, sent, and more than a wait': ({ task, verdict }) =>
    implies(
      task.cancelled !== undefined && task.knowledge.sent !== 'no' && !kindOf(task).onlyWaits,
      verdict.reason === 'Cancelled',
    ),
  'is not Cancelled by a cancel that came after the end of a wait, or of what was never sent': ({ task, verdict }) =>
    implies(
      (kindOf(task).onlyWaits || task.knowledge.sent === 'no') && !is(task, 'cancellation'),
      verdict.reason !== 'Cancelled',
    ),
  'says that a wait was taken off exactly when it was': ({ task, verdict }) =>
    /taken off/.test(verdict.message) === isTakenOff(task),
  'warns that a signal may still come exactly when a wait that sends one was taken off': ({ task, verdict }) =>
    /SIGTERM to seid can still come/.test(verdict.message) === (isTakenOff(task) && signals(task)),
  'says that a signal was sent only when the sidecar reported completion': ({ task, verdict }) =>
    implies(/SIGTERM_SEID/.test(verdict.message), signals(task) && reportOf(task)?.state === 'completed'),
  'says that a task is still running only after that answer': ({ task, verdict }) =>
    implies(/still running/.test(verdict.message), lastAnswer(task) === 'running'),
  'says that nobody could be asked only where the last question had no answer that counts': ({ task, verdict }) =>
    implies(
      /could not be asked/.test(verdict.message),
      lastAnswer(task) === undefined || lastAnswer(task) === 'unconfirmed',
    ),
  'says that the sidecar does not have a task only after that answer': ({ task, verdict }) =>
    implies(/no longer knows it|does not have it/.test(verdict.message), lastAnswer(task) === 'absent'),
  'says that the time was over only where nothing ends before: work on a node is not begun with too little left': ({
    task,
    verdict,
  }) => implies(kindOf(task).changesNode && task.knowledge.sent === 'no', !/Timed out after/.test(verdict.message)),
  'says how long it ran only at the deadline': ({ task, verdict }) =>
    implies(
      /10m0s/.test(verdict.message),
      is(task, 'deadline', 'loss') && (is(task, 'loss') || task.timeoutMs !== undefined),
    ),
};

function claimsOf(message: string): string {
  return message
    .replaceAll(DOUBT, '')
    .replaceAll(DENIAL, '')
    .replaceAll(QUESTION, '')
    .replaceAll(/transaction [A-Z0-9]+/gi, '');
}

function shown({ task, verdict }: Row): string {
  const { kind, knowledge, end, cancelled } = task;
  return `${JSON.stringify({ kind, knowledge, end, cancelled })}\n    ${verdict.reason}: ${verdict.message}`;
}

describe('the verdict on a task, for every kind × knowledge × end × cancel,', () => {
  const properties = { ...always, ...ifPossible };
  /** How often each was broken, with some examples. */
  const broken = new Map(
    Object.keys(properties).map((name) => [name, { times: 0, examples: new Map<string, string>() }]),
  );
  let possible = 0;

  before(function () {
    this.timeout(60_000);
    for (const task of everyEndedTask()) {
      const verdict = verdictOf(task);
      const row = { task, verdict, claims: claimsOf(verdict.message) };
      const isPossible = contradiction(task) === undefined;
      if (isPossible) possible += 1;
      for (const [name, holds] of Object.entries(isPossible ? properties : always)) {
        const violations = broken.get(name);
        if (violations === undefined || holds(row)) continue;
        violations.times += 1;
        if (!violations.examples.has(task.kind)) violations.examples.set(task.kind, shown(row));
      }
    }
  });

  for (const name of Object.keys(properties)) {
    it(name, () => {
      const { times, examples } = broken.get(name) ?? assert.fail(name);
      assert.equal(times, 0, `broken ${times} times, such as\n${[...examples.values()].join('\n')}`);
    });
  }

  it('tells at a Timeout what came of the last POST, although the sidecar has answered since', () => {
    const knowledge = { sent: 'perhaps', seen: 'absent', lostPost: WORDS.problem } as const;
    const { reason, message } = verdictOf({
      kind: 'RestartSeid',
      node,
      payload: {},
      knowledge,
      timeoutMs: 1,
      end: { by: 'deadline', takenOff: false },
    });
    assert.equal(reason, 'Timeout');
    assert.match(message, /which does not have it now\. .* Last problem: connection refused\.$/);
  });

  it('was looked at where it matters', () => {
    assert.ok(possible > 50_000, `${possible}`);
  });
});
