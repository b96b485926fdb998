import assert from 'node:assert/strict';
import type { EndedTask } from '../../core/ended-task.ts';
import * as fc from 'fast-check';
import type { TaskObservation, TaskReport } from '../../api/sidecar/sidecar-task.ts';
import { taskKindNames, taskKinds } from '../../api/task-kinds.ts';
import { afterAcceptance, afterAnswer, afterLostPost, afterSilence, type Knowledge } from '../../core/knowledge.ts';
import {
  afterDispatch,
  afterLossOfResource,
  afterPoll,
  afterTakeOff,
  afterTarget,
  type DispatchEnd,
  type PollEnd,
  type Situation,
  type Step,
} from '../../core/next-step.ts';
import { checkedPayloads } from '../api/payload-examples.ts';
import { contradiction, node } from './ended-tasks.ts';

const situations: readonly Situation[] = taskKindNames.flatMap((kind) =>
  (['no', 'perhaps', 'yes'] as const).flatMap((sent) =>
    [false, true].flatMap((isCancelled) => [false, true].map((isBounded) => ({ kind, sent, isCancelled, isBounded }))),
  ),
);
const dispatchEnds: readonly DispatchEnd[] = [
  ...(['accepted', 'running', 'completed', 'failed', 'gone', 'late', 'busy', 'cancelled'] as const).map((state) => ({
    state,
  })),
  { state: 'refused', words: 'unknown task type' },
];
const pollEnds: readonly PollEnd[] = [
  { state: 'completed' },
  { state: 'failed', error: 'it broke' },
  ...(['deadline', 'absent', 'lost', 'gone'] as const).map((state) => ({ state })),
  { state: 'interrupted' },
];

/** Every decision there is. */
const decisions: readonly (readonly [situation: Situation, after: string, step: Step])[] = situations.flatMap(
  (situation) => [
    ...(['ready', 'waiting'] as const).map(
      (state) => [situation, `target ${state}`, afterTarget(state, situation)] as const,
    ),
    ...dispatchEnds.map((end) => [situation, `dispatch ${end.state}`, afterDispatch(end, situation)] as const),
    ...pollEnds.map((end) => [situation, `poll ${end.state}`, afterPoll(end, situation)] as const),
  ],
);

function eachDecision(check: (step: Step, situation: Situation, after: string) => void): void {
  for (const [situation, after, step] of decisions) {
    try {
      check(step, situation, after);
    } catch (error) {
      throw new Error(`${JSON.stringify(situation)} after ${after}: ${JSON.stringify(step)}`, { cause: error });
    }
  }
}

describe('the next step of a task', () => {
  it('is never to send it once it is cancelled', () => {
    eachDecision((step, { isCancelled }) => assert.ok(!(isCancelled && step.do === 'dispatch')));
  });

  it('is its end, at once, when it is cancelled before anything was sent', () => {
    for (const situation of situations.filter(({ sent, isCancelled }) => sent === 'no' && isCancelled)) {
      for (const step of [
        afterTarget('ready', situation),
        afterTarget('waiting', situation),
        afterDispatch({ state: 'busy' }, situation),
        afterDispatch({ state: 'cancelled' }, situation),
      ]) {
        assert.deepEqual(step, { do: 'end', end: { by: 'cancellation', takenOff: false } });
      }
    }
  });

  it('ends a wait that was sent, or may have been, only by its own end or once it is off the sidecar', () => {
    eachDecision((step, { kind, sent }, after) => {
      if (!taskKinds[kind].onlyWaits || sent === 'no' || step.do !== 'end') return;
      assert.ok(['report', 'absence', 'refusal'].includes(step.end.by) || after === 'poll absent', step.end.by);
    });
  });

  it('is to take off only what only waits', () => {
    eachDecision((step, { kind }) => assert.ok(step.do !== 'take-off' || taskKinds[kind].onlyWaits));
  });

  it('is to ask once more before a task that may have been sent ends, unless it is an image, which stays', () => {
    eachDecision((step, { kind, sent }, after) => {
      if (after.startsWith('poll') || step.do !== 'end' || sent === 'no' || taskKinds[kind].endsWith === 'image')
        return;
      assert.ok(['report', 'acceptance', 'refusal', 'absence'].includes(step.end.by), step.end.by);
    });
  });

  it('is the end that the sidecar reports, also when it is cancelled', () => {
    for (const situation of situations) {
      assert.deepEqual(afterPoll({ state: 'completed', height: 7 }, situation), {
        do: 'end',
        end: { by: 'report', report: { state: 'completed', height: 7 }, height: 7 },
      });
      for (const state of ['completed', 'failed'] as const) {
        const isDone = state === 'completed' && taskKinds[situation.kind].endsWith === 'acceptance';
        assert.deepEqual(
          afterDispatch({ state }, situation),
          isDone ? { do: 'end', end: { by: 'acceptance' } } : { do: 'poll' },
        );
      }
    }
  });

  it('is the end by acceptance only for kinds that end with it', () => {
    eachDecision((step, { kind }) =>
      assert.ok(!(step.do === 'end' && step.end.by === 'acceptance') || taskKinds[kind].endsWith === 'acceptance'),
    );
    for (const sent of ['yes', 'perhaps'] as const) {
      assert.deepEqual(
        afterDispatch({ state: 'accepted' }, { kind: 'MarkReady', sent, isCancelled: true, isBounded: true }),
        { do: 'end', end: { by: 'acceptance' } },
      );
    }
  });

  it('is to take off a wait that may have been sent when its resource is gone, and the end of all else', () => {
    for (const kind of taskKindNames) {
      const step = afterLossOfResource({ kind, sent: 'perhaps', isCancelled: false, isBounded: true });
      assert.deepEqual(
        step,
        taskKinds[kind].onlyWaits
          ? { do: 'take-off', by: 'cancellation' }
          : { do: 'end', end: { by: 'cancellation', takenOff: false } },
      );
    }
  });

  it('after a wait is off the sidecar is the end that made it so, or that the SeiNode is gone, or its own', () => {
    for (const by of ['cancellation', 'deadline'] as const)
      assert.deepEqual(afterTakeOff('taken-off', by), { do: 'end', end: { by, takenOff: true } });
    assert.deepEqual(afterTakeOff('taken-off', 'loss'), { do: 'end', end: { by: 'loss', afterMs: 600_000 } });
    assert.deepEqual(afterTakeOff('gone', 'cancellation'), { do: 'end', end: { by: 'absence' } });
    const report = { state: 'completed' } as const;
    for (const by of ['cancellation', 'deadline', 'loss'] as const)
      assert.deepEqual(afterTakeOff(report, by), { do: 'end', end: { by: 'report', report } });
  });
});

/** A task on its way, with what happens to it drawn from `draw`. */
class Course {
  readonly #draw: <Choice>(choices: readonly Choice[]) => Choice;
  #task: Omit<EndedTask, 'end'>;

  constructor(draw: <Choice>(choices: readonly Choice[]) => Choice, task: Omit<EndedTask, 'end'>) {
    this.#draw = draw;
    this.#task = task;
  }

  /** @returns `undefined` when it has no end after many steps. */
  run(): EndedTask | undefined {
    let step = afterTarget(this.#draw(['ready', 'waiting']), this.#situation);
    for (let steps = 0; steps < 30; steps += 1) {
      if (step.do === 'end') return { ...this.#task, end: step.end };
      step = this.#after(step);
    }
    return undefined;
  }

  #after(step: Exclude<Step, { do: 'end' }>): Step {
    switch (step.do) {
      case 'await-target':
        this.#maybeCancel();
        return afterTarget(this.#draw(['ready', 'waiting']), this.#situation);
      case 'dispatch':
        return afterDispatch(this.#dispatched(), this.#situation);
      case 'poll':
        return afterPoll(this.#polled(), this.#situation);
      default:
        return afterTakeOff(
          this.#draw([() => 'taken-off' as const, () => 'gone' as const, () => this.#reported()])(),
          step.by,
        );
    }
  }

  get #situation(): Situation {
    const { kind, knowledge, cancelled, timeoutMs } = this.#task;
    return { kind, sent: knowledge.sent, isCancelled: cancelled !== undefined, isBounded: timeoutMs !== undefined };
  }

  #maybeCancel(): void {
    if (this.#draw([false, true])) this.#task = { ...this.#task, cancelled: '' };
  }

  #know(knowledge: Knowledge): void {
    this.#task = { ...this.#task, knowledge };
  }

  #dispatched(): DispatchEnd {
    const { knowledge } = this.#task;
    this.#maybeCancel();
    const { isCancelled, isBounded } = this.#situation;
    const unsent: readonly (() => DispatchEnd)[] = [
      () => this.#accepted(),
      () => ({ state: 'refused', words: 'unknown task type' }),
    ];
    const accepted: readonly (() => DispatchEnd)[] = [() => ({ state: this.#sees('absent') && 'running' })];
    const tries: readonly (() => DispatchEnd)[] = [
      () => ({
        state: this.#sees(
          this.#draw(this.#isEarlier ? ['completed', 'gone'] : ['running', 'completed', 'failed', 'gone']),
        ),
      }),
      () => ({ state: 'busy' }),
      ...(knowledge.sent === 'yes' ? accepted : unsent),
      ...(isBounded ? [() => this.#silent('late')] : []),
      ...(isCancelled ? [() => this.#silent('cancelled')] : []),
    ];
    return this.#draw(tries)();
  }

  #accepted(): DispatchEnd {
    this.#know(afterAcceptance(this.#task.knowledge));
    return { state: 'accepted' };
  }

  /** With a POST that may have arrived, or none. */
  #silent(state: 'late' | 'cancelled'): DispatchEnd {
    this.#know(
      this.#draw([afterSilence(this.#task.knowledge, 'refused'), afterLostPost(this.#task.knowledge, 'reset', true)]),
    );
    return { state };
  }

  /** An image that is there before it is set was not set by this task. */
  get #isEarlier(): boolean {
    return this.#task.kind === 'UpdateNodeImage' && this.#task.knowledge.sent === 'no';
  }

  #sees<State extends TaskObservation['state']>(state: State): State {
    this.#know(
      afterAnswer(this.#task.knowledge, { state, error: 'it broke', ...(this.#isEarlier ? { already: true } : {}) }),
    );
    return state;
  }

  #polled(): PollEnd {
    this.#maybeCancel();
    const { isCancelled, isBounded, sent, kind } = this.#situation;
    const tries: readonly (() => PollEnd)[] = [
      () => this.#reported(),
      () => ({ state: this.#sees('gone') }),
      ...(isCancelled ? [() => ({ state: 'interrupted' as const })] : []),
      ...(isCancelled && sent !== 'yes' ? [() => ({ state: this.#sees('absent') })] : []),
      ...(isBounded || isCancelled ? [() => this.#late()] : [() => ({ state: 'interrupted' as const })]),
      ...(!isBounded && !isCancelled && kind !== 'UpdateNodeImage'
        ? [() => ({ state: this.#sees('absent') && ('lost' as const) })]
        : []),
    ];
    return this.#draw(tries)();
  }

  #reported(): TaskReport {
    const report: TaskReport = this.#isEarlier
      ? { state: 'completed', already: true }
      : this.#draw([{ state: 'completed' }, { state: 'failed', error: 'it broke' }]);
    this.#know(afterAnswer(this.#task.knowledge, report));
    return report;
  }

  #late(): PollEnd {
    const { knowledge } = this.#task;
    const seen = ['absent', 'unconfirmed', ...(knowledge.sent === 'yes' ? ['running'] : [])] as const;
    this.#know(
      this.#draw([
        afterSilence(knowledge, 'refused'),
        ...seen.map((state) => afterAnswer(knowledge, { state } as TaskObservation)),
      ]),
    );
    return { state: 'deadline' };
  }
}

describe('the course of a task', () => {
  it('ends with a verdict that fits what is known, whatever happens in whatever order', () => {
    const start = fc.record({
      kind: fc.constantFrom(...taskKindNames),
      sent: fc.constantFrom('no' as const, 'perhaps' as const, 'yes' as const),
      timeoutMs: fc.constantFrom(undefined, 600_000),
      cancelled: fc.constantFrom(undefined, ''),
    });
    let ended = 0;
    fc.assert(
      fc.property(start, fc.infiniteStream(fc.nat()), ({ kind, sent, timeoutMs, cancelled }, numbers) => {
        const draw = <Choice>(choices: readonly Choice[]): Choice =>
          choices[(numbers.next().value as number) % choices.length] as Choice;
        const task = new Course(draw, {
          kind,
          node,
          payload: checkedPayloads[kind],
          knowledge: { sent },
          timeoutMs,
          cancelled,
        }).run();
        if (task === undefined) return;
        ended += 1;
        assert.equal(contradiction(task), undefined, JSON.stringify(task));
      }),
      { numRuns: 5_000 },
    );
    assert.ok(ended > 3_000, `${ended}`);
  });
});
