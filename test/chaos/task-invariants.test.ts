import { notBeforeTime } from '../../chaos/invariants/not-before-time.ts';
import { oneEnd } from '../../chaos/invariants/one-end.ts';
import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import type { ObservedTask } from '../../chaos/observations.ts';
import { assertViolations } from './assert-violations.ts';
import {
  complete,
  ended,
  madeUpRun,
  madeUpTask,
  madeUpWorkflow,
  pending,
  running,
  second,
  stateAt,
  TASK_ID,
} from './made-up-run.ts';

const task = (more: Partial<ObservedTask>) => madeUpRun({ tasks: [madeUpTask(more)] });
const started = (seconds: number) => ({
  task: { id: TASK_ID, status: 'Failed', executionStartedAt: second(seconds) } as const,
});

describe('every task reaches exactly one end', () => {
  it('holds where one ends and stays so', () =>
    assertViolations(oneEnd, task({ states: [pending, running, complete, { ...complete, at: complete.at + 1 }] })));

  it('holds where one is deleted first', () =>
    assertViolations(oneEnd, task({ states: [pending], deletedAt: running.at })));

  it('fails on one that never ends', () =>
    assertViolations(
      oneEnd,
      task({ states: [pending, running] }),
      /RestartSeid task-1 never reached its end.*Running/,
    ));

  it('fails on one that nobody ever saw', () =>
    assertViolations(oneEnd, task({ states: [] }), /never reached its end; its status is undefined/));

  it('fails on a second end', () => {
    const later = { ...ended('Failed', 'Timeout', 'No end.'), at: complete.at + 1 };
    assertViolations(
      oneEnd,
      task({ states: [running, complete, later] }),
      /was Complete\/TaskComplete, and then its status changed to Failed\/Timeout/,
    );
  });

  it('fails on any other change after the end', () => {
    const reworded = { at: complete.at + 1, status: { ...complete.status, message: 'Something else.' } };
    assertViolations(
      oneEnd,
      task({ states: [running, complete, reworded] }),
      /status changed to Complete\/TaskComplete/,
    );
  });

  it('fails on an end that is taken back', () =>
    assertViolations(oneEnd, task({ states: [complete, { ...running, at: complete.at + 1 }] }), /changed to Running/));

  it('fails on a phase that goes back', () =>
    assertViolations(
      oneEnd,
      task({ states: [running, { ...pending, at: running.at + 1 }, complete] }),
      /went back from Running to Pending/,
    ));
});

const timeout = (startedAt: number, more: Partial<ObservedTask> = {}) =>
  task({
    states: [running, ended('Failed', 'Timeout', 'No end within 10s.', started(startedAt))],
    timeoutSeconds: 8,
    ...more,
  });

const unmet = (reason: 'PhaseNotMet' | 'Queued' | 'Guarded', more: SeiNodeTaskStatus = {}) => {
  const condition = {
    type: 'TargetReady',
    status: 'False',
    reason,
    message: 'It is not ready.',
    lastTransitionTime: second(1),
  } as const;
  return [
    stateAt(1, { phase: 'Pending', ...more }),
    ended('Failed', 'TargetResolveFailed', 'It is not ready.', { conditions: [condition] }),
  ];
};
const phase = (waitingSince: number) =>
  task({ states: unmet('PhaseNotMet', { targetFirstObservedAt: second(waitingSince) }) });
const queue = (queueTimeoutSeconds: number) => task({ queueTimeoutSeconds, states: unmet('Queued') });
const unsent = { workflow: madeUpWorkflow({ knowledge: { sent: 'no' } }) };

describe('no verdict before its time', () => {
  it('holds for a timeout when its time is over to the second', () => assertViolations(notBeforeTime, timeout(1)));
  it('fails on one a second early', () =>
    assertViolations(
      notBeforeTime,
      timeout(2),
      /task-1 ended as Timeout 7 s after executionStartedAt, before its 8 s/,
    ));

  it('holds for work on a node that is not begun with so little time left', () =>
    assertViolations(notBeforeTime, timeout(5, unsent)));
  it('fails on that if there was time', () =>
    assertViolations(
      notBeforeTime,
      timeout(6, unsent),
      /ended as Timeout 3 s after executionStartedAt, before its 4 s/,
    ));
  it('knows that times are rounded down: half of 9 s is 4 s', () =>
    assertViolations(notBeforeTime, timeout(5, { ...unsent, timeoutSeconds: 9 })));

  it('fails on a wait that was not sent and had time', () =>
    assertViolations(notBeforeTime, timeout(5, { kind: 'AwaitNodesAtHeight', ...unsent }), /before its 8 s/));

  it('fails on one that has no start', () =>
    assertViolations(
      notBeforeTime,
      task({ states: [ended('Failed', 'Timeout', 'No end.')] }),
      /NaN s after executionStartedAt/,
    ));

  it('fails on a transaction that is given up early', () =>
    assertViolations(
      notBeforeTime,
      task({ states: [ended('Failed', 'InclusionUndetermined', 'Sent.', started(5))] }),
      /InclusionUndetermined 4 s after/,
    ));

  it('holds for a target that was waited for', () => assertViolations(notBeforeTime, phase(4)));
  it('fails on a target that is given up early', () =>
    assertViolations(notBeforeTime, phase(5), /4 s after targetFirstObservedAt, before its 5 s/));

  it('holds for a queue that was long enough', () => assertViolations(notBeforeTime, queue(9)));
  it('fails on a queue that is left before there was time to wait', () =>
    assertViolations(notBeforeTime, queue(10), /9 s after its creation/));

  it('fails on a guard that is left before there was time to wait', () =>
    assertViolations(
      notBeforeTime,
      task({ queueTimeoutSeconds: 10, states: unmet('Guarded') }),
      /9 s after its creation/,
    ));

  it('holds for a target that does not exist', () =>
    assertViolations(
      notBeforeTime,
      task({
        states: [
          stateAt(0.1, {
            phase: 'Failed',
            reason: 'TargetResolveFailed',
            message: 'node-1 does not exist.',
            completedAt: second(0),
          }),
        ],
      }),
    ));
});
