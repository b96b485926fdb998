import { oneAtATime } from '../../chaos/invariants/one-at-a-time.ts';
import { restartsApart } from '../../chaos/invariants/restarts-apart.ts';
import { oneSignal } from '../../chaos/invariants/one-signal.ts';
import type { ObservedTask } from '../../chaos/observations.ts';
import { sentOnce } from '../../chaos/invariants/sent-once.ts';
import { submittedWasReceived } from '../../chaos/invariants/submitted-was-received.ts';
import type { NodeEvent } from '../../simulator/journal.ts';
import { assertViolations } from './assert-violations.ts';
import {
  began,
  goodRestart,
  journal,
  madeUpNode,
  madeUpRun,
  madeUpTask,
  madeUpWorkflow,
  over,
  running,
  second,
  sidecarKilled,
  sidecarStarted,
  sigterm,
  START,
  stateAt,
  TASK_ID,
} from './made-up-run.ts';

const run = (...events: readonly (readonly [number, NodeEvent])[]) =>
  madeUpRun({ nodes: [madeUpNode(journal(...events))] });

describe('at most one SIGTERM per restart and sidecar lifetime', () => {
  it('holds for a restart', () => assertViolations(oneSignal, madeUpRun()));

  it('holds where a killed sidecar restarts again', () =>
    assertViolations(
      oneSignal,
      run(
        [1, began()],
        [1, sigterm()],
        [2, sidecarKilled],
        [3, sidecarStarted],
        [3, began(undefined, undefined, 1)],
        [3, sigterm()],
      ),
    ));

  it('holds for two restarts, and for the signal of a wait', () =>
    assertViolations(
      oneSignal,
      run(
        [1, began()],
        [1, sigterm()],
        [2, began('id-2')],
        [2, sigterm('id-2')],
        [3, began('id-3', 'await-condition')],
        [3, sigterm('id-3')],
        [4, sigterm('id-3')],
      ),
    ));

  it('fails on a second one', () =>
    assertViolations(
      oneSignal,
      run([1, began()], [1, sigterm()], [2, over('failed')], [3, sigterm()]),
      /the restart id-1 sent seid of node-1 a second SIGTERM/,
    ));

  it('fails on a second one after the sidecar was started again', () =>
    assertViolations(
      oneSignal,
      run([1, began()], [1, sigterm()], [3, sidecarStarted], [3, sigterm()], [4, sigterm()]),
      /a second SIGTERM/,
    ));
});

describe('a task is sent once', () => {
  it('holds for a restart', () => assertViolations(sentOnce, madeUpRun()));

  it('holds where a killed sidecar runs it again', () =>
    assertViolations(
      sentOnce,
      run(
        [1, began()],
        [2, sidecarKilled],
        [3, sidecarStarted],
        [3, began(undefined, undefined, 1)],
        [3.1, over('interrupted')],
        [4, over('completed', undefined, 1)],
      ),
    ));

  it('holds for a transaction that is submitted again', () =>
    assertViolations(
      sentOnce,
      run([1, began(undefined, 'gov-vote')], [2, over('failed')], [3, began(undefined, 'gov-vote')]),
    ));

  it('fails on one that had failed and runs again', () =>
    assertViolations(
      sentOnce,
      run([1, began()], [2, over('failed')], [3, began()]),
      /restart-seid id-1 ran a second time on node-1/,
    ));

  it('fails on one that had failed in an earlier lifetime of the sidecar', () =>
    assertViolations(
      sentOnce,
      run([1, began()], [2, over('failed')], [3, sidecarStarted], [4, began(undefined, undefined, 1)]),
      /ran a second time/,
    ));

  it('fails on one that nobody has asked for', () =>
    assertViolations(
      sentOnce,
      run([1, began('foreign')]),
      /restart-seid foreign ran on node-1, and nobody had asked for it/,
    ));

  it('knows the tasks of runbooks', () => {
    const runbook = { workflowId: 'runbook-1', node: 'node-1', taskIds: ['id-9'], end: 'COMPLETED' };
    assertViolations(sentOnce, { ...run([1, began('id-9')]), runbooks: [runbook] });
  });
});

/** @param setAt - When it is seen to have been set, `dispatchedAt` when that was reported, in seconds. */
const image = (setAt: number, dispatchedAt = setAt) => {
  const update = madeUpTask({
    name: 'task-2',
    taskId: 'id-2',
    kind: 'UpdateNodeImage',
    image: 'sei:v2',
    states: [running],
    workflow: madeUpWorkflow({ dispatchedAt: START + dispatchedAt * 1000 }),
  });
  return madeUpRun({
    tasks: [madeUpTask(), update],
    nodes: [madeUpNode(goodRestart, { images: [{ image: 'sei:v2', setAt: START + setAt * 1000 }] })],
  });
};

const submitted = stateAt(3, { phase: 'Running', task: { id: TASK_ID, status: 'Running', submittedAt: second(2) } });
const submittedRun = (more: Partial<ObservedTask>, ...node: Parameters<typeof madeUpNode>) =>
  madeUpRun({ tasks: [madeUpTask({ states: [running, submitted], ...more })], nodes: [madeUpNode(...node)] });

describe('submittedAt only once it was received', () => {
  it('holds for a task that the sidecar had by then', () =>
    assertViolations(submittedWasReceived, submittedRun({}, goodRestart)));
  it('holds for an image that was set', () =>
    assertViolations(
      submittedWasReceived,
      submittedRun({ image: 'v2' }, [], { images: [{ image: 'v2', setAt: START }] }),
    ));
  it('holds where there is none', () =>
    assertViolations(submittedWasReceived, submittedRun({ states: [running] }, [])));
  it('fails on a task that nobody ever had', () =>
    assertViolations(
      submittedWasReceived,
      submittedRun({}, []),
      /RestartSeid task-1 has submittedAt, and nobody had received it/,
    ));
  it('fails on one that the sidecar got later', () =>
    assertViolations(submittedWasReceived, submittedRun({}, journal([4, began()])), /nobody had received it/));
  it('fails on one of a node that there is not', () =>
    assertViolations(submittedWasReceived, submittedRun({ node: 'nobody' }, goodRestart), /nobody had received it/));
});

describe('one operation at a time on a node', () => {
  it('holds for one after the other', () =>
    assertViolations(
      oneAtATime,
      run([1, began()], [2, over('completed')], [2, began('id-2')], [3, over('failed', 'id-2')]),
    ));

  it('holds for waits and transactions during a restart', () =>
    assertViolations(
      oneAtATime,
      run([1, began('id-2', 'await-condition')], [1, began('id-3', 'gov-vote')], [1, began()], [2, over('completed')]),
    ));

  it('fails on two restarts', () =>
    assertViolations(
      oneAtATime,
      run([1, began()], [2, began('id-2')], [3, over('completed')]),
      /restart-seid id-2 began on node-1 while restart-seid id-1 was in progress/,
    ));

  it('fails on a mark-ready during a restart', () =>
    assertViolations(
      oneAtATime,
      run([1, began()], [2, began('id-2', 'mark-ready')], [2, over('completed', 'id-2')], [3, over('completed')]),
      /mark-ready id-2/,
    ));

  it('holds where the sidecar was killed in between: the first is no longer worked on', () =>
    assertViolations(
      oneAtATime,
      run([1, began()], [2, sidecarKilled], [3, sidecarStarted], [4, began('id-2', undefined, 1)]),
    ));

  it('holds where a killed sidecar does the first again by itself during the second', () =>
    assertViolations(
      oneAtATime,
      run(
        [1, began()],
        [2, sidecarKilled],
        [3, began('id-2', undefined, 1)],
        [3, began(undefined, undefined, 1)],
        [5, over('completed', 'id-2', 1)],
      ),
    ));

  it('fails on a second one while the sidecar does the first again', () =>
    assertViolations(
      oneAtATime,
      run([1, began()], [2, sidecarKilled], [3, began(undefined, undefined, 1)], [4, began('id-2', undefined, 1)]),
      /id-2 began on node-1 while restart-seid id-1/,
    ));

  it('holds for an image that is set before a restart, and rolled out during it', () =>
    assertViolations(oneAtATime, image(1)));
  it('holds for one that is seen late', () => assertViolations(oneAtATime, image(3, 1)));
  it('fails on an image that is set during a restart', () =>
    assertViolations(oneAtATime, image(3), /UpdateNodeImage id-2 began on node-1 while restart-seid id-1/));
});

const later = (minSecondsBetweenRestarts: number, ...events: readonly (readonly [number, NodeEvent])[]) =>
  madeUpRun({
    tasks: [madeUpTask({ name: 'task-2', taskId: 'id-2', minSecondsBetweenRestarts })],
    nodes: [madeUpNode(journal(...events))],
  });

describe('no restart before minSecondsBetweenRestarts', () => {
  it('holds for the first one', () => assertViolations(restartsApart, later(5, [1, began('id-2')])));
  it('holds where the time has passed', () =>
    assertViolations(restartsApart, later(3, [1, began()], [2, over('failed')], [5, began('id-2')])));
  it('fails where it has not', () =>
    assertViolations(
      restartsApart,
      later(4, [1, began()], [2, over('completed')], [5, began('id-2')]),
      /RestartSeid task-2 was sent 3 s after the restart before it on node-1, not 4 s/,
    ));

  it('holds where a killed sidecar does it again', () =>
    assertViolations(
      restartsApart,
      later(
        2,
        [1, began('id-2')],
        [2, sidecarKilled],
        [3, began(undefined, undefined, 1)],
        [3.5, over('completed', undefined, 1)],
        [4, began('id-2', undefined, 1)],
      ),
    ));
});
