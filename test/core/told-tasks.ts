import type { End, EndedTask } from '../../core/ended-task.ts';
import type { Verdict } from '../../api/temporal/task-outcome.ts';
import { holderText } from '../../api/temporal/permit-id.ts';
import { printable } from '../../lib/printable.ts';
import { definitionOf, type TaskKind } from '../../api/task-kinds.ts';
import type { Knowledge } from '../../core/knowledge.ts';
import { queueTimedOut } from '../../core/queueing.ts';
import { verdictOf } from '../../core/task-verdict.ts';
import {
  deserializeFailed,
  paramsBuildFailed,
  resourceAlreadyTerminal,
  resourceGone,
  targetGone,
  targetMissing,
  targetNotInPhase,
  unsupportedKind,
  workflowCancelled,
  workflowTerminated,
} from '../../core/verdict.ts';
import { checkedPayloads } from '../api/payload-examples.ts';
import { node, transaction } from './ended-tasks.ts';

/** Every verdict that is not on a task that had been planned; `words` stands where text from outside goes in. */
export function unplannedVerdicts(words: string): Readonly<Record<string, Verdict>> {
  const wait = { required: 'Running', timeoutMs: 300_000 };
  return {
    unsupportedKind: unsupportedKind(words),
    'unsupportedKind begun': unsupportedKind(words, true),
    paramsBuildFailed: paramsBuildFailed('spec.restartSeid', words),
    'paramsBuildFailed begun': paramsBuildFailed('spec.restartSeid', words, true),
    deserializeFailed: deserializeFailed(words),
    'deserializeFailed begun': deserializeFailed(words, true),
    targetMissing: targetMissing(node),
    targetNotInPhase: targetNotInPhase(node, { ...wait, observed: words }),
    targetGone: targetGone(node),
    'targetGone before it was sent': targetGone(node, 'no'),
    queueTimedOut: queueTimedOut(node, { by: 'permit', holder: holderText(words) }, { timeoutMs: 1 }),
    'queueTimedOut restart': queueTimedOut(node, { by: 'restart', taskId: words }, { timeoutMs: 1 }),
    resourceGone: resourceGone(node),
    resourceAlreadyTerminal: resourceAlreadyTerminal(node),
    workflowCancelled: workflowCancelled('seinodetask/arctic-1/restart-1/6d0f'),
    workflowTerminated: workflowTerminated('seinodetask/arctic-1/restart-1/6d0f'),
  };
}

/** One of each way to end, and those with a wait, an image or no report at all. */
const toldKinds = ['GovVote', 'AwaitCondition', 'UpdateNodeImage', 'RestartSeid', 'MarkReady'] as const;

/** Tasks whose verdicts quote text from outside: what a sidecar, an API server or a person said. */
export function* toldTasks(words: string, kinds: readonly TaskKind[] = toldKinds): Generator<EndedTask> {
  for (const kind of kinds) {
    const payload = kind === 'UpdateNodeImage' ? { image: words } : checkedPayloads[kind];
    for (const [knowledge, end] of toldEnds(words, definitionOf(kind))) {
      for (const cancelled of [undefined, 'wrong node']) {
        yield { kind, node, payload, timeoutMs: 1, knowledge, end, cancelled };
      }
    }
  }
}

export function toldVerdicts(words: string): Verdict[] {
  return [...Object.values(unplannedVerdicts(words)), ...[...toldTasks(words)].map(verdictOf)];
}

function toldEnds(words: string, { endsWith }: ReturnType<typeof definitionOf>): (readonly [Knowledge, End])[] {
  const told = transaction({ txHash: words, codespace: words, rawLog: words, code: 5 });
  const rawResult = printable(words, 300);
  const reports = ([undefined, 'committed_ok', 'committed_failed', 'pending', 'unverifiable'] as const).map(
    (inclusionStatus) => ({
      by: 'report' as const,
      report: {
        state: 'failed' as const,
        error: words,
        rawResult,
        transaction: { ...told, inclusionStatus },
      },
    }),
  );
  const silent: Knowledge = { sent: 'yes', problem: words };
  const waiting: Knowledge = { ...silent, pending: { ...told, inclusionStatus: 'pending' } };
  return [
    ...reports.map((end) => [{ sent: 'yes', seen: 'failed' }, end] as const),
    [
      { sent: 'yes', seen: 'failed' },
      { by: 'report', report: { state: 'failed', error: words } },
    ],
    [{ sent: 'no' }, { by: 'refusal', words }],
    [{ sent: 'perhaps' }, { by: 'refusal', words }],
    [silent, { by: 'deadline', takenOff: false }],
    [
      { ...silent, sent: 'no' },
      { by: 'deadline', takenOff: false },
    ],
    [waiting, { by: 'deadline', takenOff: false }],
    ...(endsWith === 'transaction' ? [[waiting, { by: 'loss', afterMs: 600_000 }] as const] : []),
  ];
}
