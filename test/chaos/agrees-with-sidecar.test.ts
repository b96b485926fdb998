import { agreesWithSidecar } from '../../chaos/invariants/agrees-with-sidecar.ts';
import type { ObservedNode, ObservedTask, ObservedWorkflow } from '../../chaos/observations.ts';
import type { Knowledge } from '../../core/knowledge.ts';
import type { JournalEntry } from '../../simulator/journal.ts';
import { assertViolations } from './assert-violations.ts';
import {
  began,
  complete,
  ended,
  goodRestart,
  journal,
  madeUpNode,
  madeUpRun,
  madeUpTask,
  madeUpWorkflow,
  over,
  running,
  second,
  START,
  TASK_ID,
} from './made-up-run.ts';

interface Case {
  readonly what: string;
  readonly task: Partial<ObservedTask>;
  readonly events?: readonly JournalEntry[];
  readonly node?: Partial<ObservedNode>;
  /** Unset: no violation. */
  readonly wrong?: RegExp;
}

const completedWith = (reason: string) => ({ states: [ended('Complete', reason, 'Done.')] });
const failedWith = (reason: string, more: object = {}) => ({ states: [ended('Failed', reason, 'It failed.', more)] });
const cancelled = { cancel: 'annotation' as const, ...failedWith('Cancelled') };
const knowing = (knowledge: Knowledge, more: Partial<ObservedWorkflow> = {}) => ({
  workflow: madeUpWorkflow({ end: 'FAILED', knowledge, ...more }),
});
const unsent = knowing({ sent: 'no' });
const sent = knowing({ sent: 'yes', seen: 'running' });
const failedRun = journal([2, began()], [5, over('failed')]);
const begunRun = journal([2, began()]);
const result = (inclusionStatus: string) => ({
  tasks: [
    { id: TASK_ID, type: 'gov-vote', status: 'failed' as const, run: 1, submittedAt: '', result: { inclusionStatus } },
  ],
});
const deletion = { requests: [{ method: 'DELETE', path: `/v0/tasks/${TASK_ID}`, body: '', status: 204, at: START }] };
const image = (runningAt?: number, ...others: string[]) => ({
  images: [
    { image: 'v2', setAt: START, ...(runningAt === undefined ? {} : { runningAt: START + runningAt * 1000 }) },
    ...others.map((other) => ({ image: other, setAt: START + 1 })),
  ],
});
const update = { kind: 'UpdateNodeImage', image: 'v2', timeoutSeconds: 5 } as const;
const timedOut = {
  timeoutSeconds: 5,
  ...failedWith('Timeout', { task: { id: TASK_ID, status: 'Failed', executionStartedAt: second(1) } }),
};
const vote = { kind: 'GovVote', ...completedWith('Confirmed') } as const;

const cases: readonly Case[] = [
  { what: 'Complete, and the sidecar completed it', task: {}, events: goodRestart },
  {
    what: 'Complete, and the sidecar failed',
    task: {},
    events: failedRun,
    wrong: /is Complete\/TaskComplete .* but the sidecar never completed it/,
  },
  {
    what: 'Complete, and the sidecar never had it',
    task: knowing({ sent: 'perhaps' }),
    events: [],
    wrong: /never completed it/,
  },
  {
    what: 'Complete before the sidecar completed it',
    task: {},
    events: journal([2, began()], [10, over('completed')]),
    wrong: /never completed it/,
  },
  { what: 'Confirmed, and it is on chain', task: vote, events: goodRestart, node: result('committed_ok') },
  {
    what: 'Confirmed, and the sidecar failed',
    task: vote,
    events: failedRun,
    node: result('committed_ok'),
    wrong: /never completed it/,
  },
  {
    what: 'Confirmed, and the sidecar has no result',
    task: vote,
    events: goodRestart,
    wrong: /its transaction is undefined/,
  },
  {
    what: 'MarkReady Complete, and the sidecar took it',
    task: { kind: 'MarkReady', ...completedWith('TaskComplete') },
    events: begunRun,
  },
  {
    what: 'MarkReady Complete, and the sidecar never had it',
    task: { kind: 'MarkReady', ...completedWith('TaskComplete'), ...knowing({ sent: 'perhaps' }) },
    wrong: /the sidecar never took it/,
  },
  {
    what: 'UpdateNodeImage Complete, and the node runs the image',
    task: { ...update, states: [complete] },
    node: image(3),
  },
  {
    what: 'UpdateNodeImage Complete, and the node does not run the image',
    task: { ...update, states: [complete] },
    node: image(),
    wrong: /its node never ran the image/,
  },
  {
    what: 'UpdateNodeImage timed out, and the node does not run the image',
    task: { ...update, ...timedOut, ...sent },
    node: image(),
  },
  {
    what: 'UpdateNodeImage timed out, and the node ran the image in time',
    task: { ...update, ...timedOut, ...sent },
    node: image(5),
    wrong: /it was over before the deadline/,
  },
  {
    what: 'UpdateNodeImage superseded',
    task: { ...update, ...failedWith('TaskFailed') },
    node: image(undefined, 'v3'),
  },
  {
    what: 'UpdateNodeImage superseded, and nobody did',
    task: { ...update, ...failedWith('TaskFailed') },
    node: image(),
    wrong: /nobody set another image/,
  },
  {
    what: 'another id than the contract says',
    task: { taskId: 'other' },
    events: journal([2, began('other')], [5, over('completed', 'other')]),
    wrong: /its id on the sidecar must be other/,
  },
  { what: 'TaskFailed, and the sidecar failed', task: failedWith('TaskFailed'), events: failedRun },
  {
    what: 'TaskFailed, and the sidecar completed it',
    task: failedWith('TaskFailed'),
    events: goodRestart,
    wrong: /it never failed on the sidecar/,
  },
  { what: 'TxFailed, and so it is', task: failedWith('TxFailed'), events: failedRun, node: result('committed_failed') },
  {
    what: 'TxFailed, and the transaction is fine',
    task: failedWith('TxFailed'),
    events: failedRun,
    node: result('committed_ok'),
    wrong: /its transaction is committed_ok/,
  },
  {
    what: 'InclusionUndetermined, and nothing was sent',
    task: { ...failedWith('InclusionUndetermined'), ...knowing({ sent: 'perhaps' }) },
    wrong: /never failed on the sidecar/,
  },
  { what: 'known not to be sent, and so it is', task: { ...cancelled, ...unsent } },
  {
    what: 'known not to be sent, and it was',
    task: { ...cancelled, ...unsent },
    events: goodRestart,
    wrong: /it was sent and begun/,
  },
  {
    what: 'known not to be sent, and it is done later',
    task: { ...timedOut, ...unsent },
    events: journal([50, began()]),
    wrong: /it was sent and begun/,
  },
  { what: 'known to be sent, and so it is', task: { ...cancelled, ...sent }, events: goodRestart },
  { what: 'known to be sent, and it never was', task: { ...cancelled, ...sent }, wrong: /the sidecar never had it/ },
  { what: 'perhaps sent, and it was not', task: { ...cancelled, ...knowing({ sent: 'perhaps' }) } },
  { what: 'perhaps sent, and it was', task: { ...cancelled, ...knowing({ sent: 'perhaps' }) }, events: goodRestart },
  {
    what: 'not known to be sent when its workflow was terminated',
    task: {
      cancel: 'terminate',
      ...failedWith('WorkflowTerminated'),
      ...knowing({ sent: 'no' }, { end: 'TERMINATED' }),
    },
    events: goodRestart,
  },
  {
    what: 'refused, and begun',
    task: failedWith('TaskTerminalError'),
    events: begunRun,
    wrong: /it was sent and begun/,
  },
  {
    what: 'params not built, and begun',
    task: failedWith('ParamsBuildFailed'),
    events: begunRun,
    wrong: /it was sent and begun/,
  },
  {
    what: 'a target that is not ready, and begun',
    task: failedWith('TargetResolveFailed'),
    events: begunRun,
    wrong: /it was sent and begun/,
  },
  { what: 'Timeout of a task that runs', task: { ...timedOut, ...sent }, events: begunRun },
  {
    what: 'Timeout of a task that was over in time',
    task: { ...timedOut, ...sent },
    events: goodRestart,
    wrong: /it was over before the deadline/,
  },
  {
    what: 'Timeout of a task that was over in time, when nobody could be asked',
    task: { ...timedOut, ...knowing({ sent: 'yes', seen: 'running', problem: 'no answer' }) },
    events: goodRestart,
  },
  {
    what: 'taken off the sidecar',
    task: { ...cancelled, ...knowing({ sent: 'yes' }, { wasTakenOff: true }) },
    events: begunRun,
    node: deletion,
  },
  {
    what: 'taken off the sidecar, and nobody did',
    task: { ...cancelled, ...knowing({ sent: 'yes' }, { wasTakenOff: true }) },
    events: begunRun,
    wrong: /nobody asked the sidecar/,
  },
  { what: 'cancelled, and nobody has', task: { ...failedWith('Cancelled'), ...unsent }, wrong: /nobody cancelled it/ },
  { what: 'a target that is not there', task: { node: 'nobody', ...failedWith('TargetResolveFailed'), ...unsent } },
  {
    what: 'a workflow that somebody terminated',
    task: {
      cancel: 'terminate',
      ...failedWith('WorkflowTerminated'),
      ...knowing({ sent: 'yes' }, { end: 'TERMINATED' }),
    },
  },
  {
    what: 'a workflow that nobody terminated',
    task: { cancel: 'delete', ...failedWith('WorkflowTerminated'), ...knowing({ sent: 'yes' }, { end: 'TERMINATED' }) },
    wrong: /nobody terminated its workflow/,
  },
  {
    what: 'a reason that there is not',
    task: failedWith('Whatever'),
    events: goodRestart,
    wrong: /nothing in this run can lead to that/,
  },
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
