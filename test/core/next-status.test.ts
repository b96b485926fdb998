import assert from 'node:assert/strict';
import type { Verdict } from '../../api/temporal/task-outcome.ts';
import * as fc from 'fast-check';
import { taskPhases } from '../../api/phases.ts';
import { isTerminal, statusSchema, type Condition, type SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { nextStatus, type StatusChange } from '../../core/next-status.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { cancelling, dispatching, queued, waitingForTarget, workingOn } from '../../core/progress.ts';

const startMs = Date.parse('2026-11-24T00:00:00.999Z');
const workflow = { id: 'seinodetask/a/t/u', namespace: 'default' };
const provenance = 'Requested by alice.';
const at = (seconds: number) => ({ generation: 1, atMs: startMs + seconds * 1000, workflow, provenance });
const work = { kind: 'RestartSeid', task: { node: { namespace: 'a', name: 'b' } }, payload: {} } as const;
const complete: Verdict = { phase: 'Complete', reason: 'TaskComplete', message: 'It is done.' };
const broken: Verdict = {
  phase: 'Failed',
  reason: 'TaskFailed',
  message: 'The sidecar failed.',
  sidecarError: 'it broke',
};

const verdicts: readonly Verdict[] = [complete, broken];

const accepted: StatusChange = { step: 'accepted' };
const waiting: StatusChange = { step: 'waiting', reason: 'PhaseNotMet', progress: waitingForTarget('It waits.') };
const queueing: StatusChange = { step: 'waiting', reason: 'Queued', progress: queued('It is busy.') };
const executing: StatusChange = {
  step: 'executing',
  progress: dispatching(work),
  targetMessage: 'It is there.',
  taskId: 'id',
  startedAtMs: startMs + 20_000,
};
const working: StatusChange = { step: 'working', progress: workingOn(work) };
const submitted: StatusChange = { step: 'working', progress: workingOn(work), submittedAtMs: startMs + 25_000 };
const cancelled: StatusChange = { step: 'noted', progress: cancelling(work) };
const completed: StatusChange = { step: 'finished', verdict: complete };
const failed: StatusChange = { step: 'finished', verdict: broken };
const allUpdates: readonly StatusChange[] = [
  accepted,
  waiting,
  queueing,
  executing,
  working,
  submitted,
  cancelled,
  completed,
  failed,
];

/** Applies updates ten seconds apart; one that is not to be written changes nothing. */
function after(...updates: StatusChange[]): SeiNodeTaskStatus {
  return updates.reduce<SeiNodeTaskStatus>(
    (status, update, index) => nextStatus(status, update, at(index * 10)) ?? status,
    {},
  );
}

function conditionOf(status: SeiNodeTaskStatus, type: string): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

describe('nextStatus', () => {
  it('shows each step of a restart that had to wait', () => {
    assert.deepEqual(after(accepted), {
      observedGeneration: 1,
      startedAt: '2026-11-24T00:00:00Z',
      phase: 'Pending',
      phaseTransitionTime: '2026-11-24T00:00:00Z',
      workflow,
    });
    assert.deepEqual(after(accepted, waiting, executing, { ...completed, submittedAtMs: startMs + 25_000 }), {
      observedGeneration: 1,
      startedAt: '2026-11-24T00:00:00Z',
      phase: 'Complete',
      phaseTransitionTime: '2026-11-24T00:00:30Z',
      workflow,
      reason: 'TaskComplete',
      message: `${complete.message} ${provenance}`,
      completedAt: '2026-11-24T00:00:30Z',
      duration: '31s',
      task: {
        id: 'id',
        status: 'Complete',
        submittedAt: '2026-11-24T00:00:25Z',
        executionStartedAt: '2026-11-24T00:00:20Z',
      },
      conditions: [
        {
          type: 'TargetReady',
          status: 'True',
          reason: 'PhaseMet',
          message: 'It is there.',
          observedGeneration: 1,
          lastTransitionTime: '2026-11-24T00:00:20Z',
        },
        {
          type: 'Ready',
          status: 'True',
          reason: 'TaskComplete',
          message: complete.message,
          observedGeneration: 1,
          lastTransitionTime: '2026-11-24T00:00:30Z',
        },
        {
          type: 'Finished',
          status: 'True',
          reason: 'TaskComplete',
          message: complete.message,
          observedGeneration: 1,
          lastTransitionTime: '2026-11-24T00:00:30Z',
        },
      ],
    });
  });

  it('says what is being done, and stops saying it at the end', () => {
    const seen = [
      after(accepted),
      after(accepted, waiting),
      after(accepted, waiting, executing),
      after(accepted, executing, working),
    ];
    assert.deepEqual(
      seen.map(({ step, reason }) => [step, reason]),
      [
        [undefined, undefined],
        ['WaitingForTarget', 'PhaseNotMet'],
        ['Dispatching', undefined],
        ['Restarting', undefined],
      ],
    );
    assert.ok(!('step' in after(accepted, executing, working, failed)));
    assert.equal(after(accepted, waiting).message, `It waits. ${provenance}`);
  });

  it('keeps the run of its workflow when the bridge, which does not know it, writes again', () => {
    const running = nextStatus(after(accepted), executing, { ...at(5), workflow: { ...workflow, runId: 'r' } });
    assert.deepEqual(nextStatus(running, accepted, at(6))?.workflow, { ...workflow, runId: 'r' });
    assert.deepEqual(nextStatus(running, accepted, { ...at(6), workflow: { id: 'another' } })?.workflow, {
      id: 'another',
    });
  });

  it('keeps when a task that others began was submitted, and that its target was ready', () => {
    const theirs: SeiNodeTaskStatus = {
      phase: 'Running',
      task: { id: 'id', status: 'Pending', submittedAt: '2026-01-01T00:00:00Z' },
    };
    const status = nextStatus(
      theirs,
      { step: 'executing', progress: dispatching(work), taskId: 'id', startedAtMs: startMs },
      at(0),
    );
    assert.deepEqual(status?.task, {
      id: 'id',
      status: 'Running',
      submittedAt: '2026-01-01T00:00:00Z',
      executionStartedAt: '2026-11-24T00:00:00Z',
    });
    assert.equal(status?.conditions, undefined);
  });

  it('has submittedAt only once the task was accepted, and from then on', () => {
    for (const updates of [[executing], [executing, working], [executing, cancelled], [executing, failed]])
      assert.ok(!('submittedAt' in (after(accepted, ...updates).task ?? assert.fail())));
    for (const updates of [
      [submitted],
      [submitted, working],
      [submitted, cancelled],
      [submitted, executing],
      [submitted, failed],
      [{ ...failed, submittedAtMs: startMs + 25_000 }],
    ]) {
      assert.equal(after(accepted, executing, ...updates).task?.submittedAt, '2026-11-24T00:00:25Z');
    }
    const later: StatusChange = { ...completed, submittedAtMs: startMs + 99_000 };
    assert.equal(after(accepted, executing, submitted, later).task?.submittedAt, '2026-11-24T00:00:25Z');
  });

  it('takes nothing over from another task of the same resource', () => {
    const theirs: SeiNodeTaskStatus = {
      phase: 'Running',
      task: {
        id: 'other',
        status: 'Running',
        submittedAt: '2026-01-01T00:00:00Z',
        executionStartedAt: '2026-01-01T00:00:00Z',
      },
    };
    assert.deepEqual(nextStatus(theirs, executing, at(0))?.task, {
      id: 'id',
      status: 'Running',
      executionStartedAt: '2026-11-24T00:00:20Z',
    });
  });

  it('observes the generation of the spec that was acted on, whatever the resource has by now', () => {
    const status = nextStatus({ ...after(accepted, executing), observedGeneration: 2 }, completed, {
      ...at(30),
      generation: 1,
    });
    assert.equal(status?.observedGeneration, 1);
    assert.deepEqual(
      status.conditions
        ?.filter(({ type }) => type !== 'TargetReady')
        .map(({ type, observedGeneration }) => [type, observedGeneration]),
      [
        ['Ready', 1],
        ['Finished', 1],
      ],
    );
  });

  it('is moved to another generation by no sight of the bridge, only by who acts on it', () => {
    assert.equal(nextStatus({}, accepted, { ...at(0), generation: 1 })?.observedGeneration, 1);
    const running = after(accepted, executing);
    assert.equal(nextStatus(running, accepted, { ...at(30), generation: 2 })?.observedGeneration, 1);
    assert.equal(nextStatus(running, working, { ...at(30), generation: 2 })?.observedGeneration, 2);
  });

  it('does not go back to an edit that was acted on before, except to that of a restored backup', () => {
    const edited = nextStatus(after(accepted, executing), working, { ...at(30), generation: 3, latestGeneration: 3 });
    assert.equal(edited?.observedGeneration, 3);
    const late = nextStatus(edited, working, { ...at(31), generation: 2, latestGeneration: 3 });
    assert.equal(late?.observedGeneration, 3);
    const restored = nextStatus(edited, working, { ...at(31), generation: 2, latestGeneration: 2 });
    assert.equal(restored?.observedGeneration, 2);
  });

  it('no longer says that it waits once it does not, whatever the end', () => {
    for (const wait of [waiting, queueing]) {
      for (const verdict of verdicts) {
        const status = after(accepted, wait, { step: 'finished', verdict });
        const targetReady = conditionOf(status, 'TargetReady');
        assert.deepEqual(
          [targetReady?.status, targetReady?.message, targetReady?.lastTransitionTime],
          ['False', verdict.message, '2026-11-24T00:00:10Z'],
        );
        assert.equal(status.step, undefined);
      }
    }
    assert.equal(conditionOf(after(accepted, waiting, executing, failed), 'TargetReady')?.message, 'It is there.');
  });

  it('says that it is being cancelled until its end, whatever comes in between', () => {
    for (const updates of [[cancelled], [cancelled, working], [cancelled, submitted], [cancelled, accepted]]) {
      const status = after(accepted, executing, ...updates);
      assert.deepEqual(
        [status.phase, status.step, status.message],
        ['Running', 'Cancelling', `${cancelling(work).message} ${provenance}`],
      );
    }
    assert.ok(!('step' in after(accepted, executing, cancelled, failed)));
  });

  it('notes something of a task that nobody has begun without moving it', () => {
    const { phase, task, conditions, step } = after(accepted, cancelled);
    assert.deepEqual([phase, task, conditions, step], ['Pending', undefined, undefined, 'Cancelling']);
    const { targetFirstObservedAt, reason } = after(
      accepted,
      waiting,
      { step: 'noted', progress: waitingForTarget('It cannot be read.') },
      waiting,
    );
    assert.deepEqual([targetFirstObservedAt, reason], ['2026-11-24T00:00:10Z', 'PhaseNotMet']);
  });

  it('waits for its node also when it was begun before, and stays Running', () => {
    const status = after(accepted, executing, queueing);
    assert.deepEqual([status.phase, status.step, status.reason], ['Running', 'Queued', 'Queued']);
    assert.equal(conditionOf(status, 'TargetReady')?.status, 'True');
  });

  it('keeps what the sidecar said in addition to the verdict', () => {
    const status = after(accepted, executing, failed);
    assert.deepEqual([status.task?.status, status.task?.err], ['Failed', 'it broke']);
    assert.equal(conditionOf(status, 'Failed')?.reason, 'TaskFailed');
    assert.equal(conditionOf(status, 'Ready'), undefined);
    assert.deepEqual(conditionOf(status, 'Finished'), { ...conditionOf(status, 'Failed'), type: 'Finished' });
  });

  it('has a verdict on a task that never reached the sidecar', () => {
    const status = after(accepted, waiting, failed);
    assert.equal(status.phase, 'Failed');
    assert.equal(status.task, undefined);
  });

  it('holds targetFirstObservedAt from the first wait until the wait is over', () => {
    assert.equal(after(accepted).targetFirstObservedAt, undefined);
    assert.equal(after(accepted, waiting).targetFirstObservedAt, '2026-11-24T00:00:10Z');
    assert.equal(after(accepted, waiting, accepted, waiting).targetFirstObservedAt, '2026-11-24T00:00:10Z');
    for (const end of [executing, completed, failed]) {
      assert.ok(!('targetFirstObservedAt' in after(accepted, waiting, end)));
    }
  });

  it("moves a condition's lastTransitionTime only with its status", () => {
    const again: StatusChange = {
      step: 'waiting',
      reason: 'PhaseNotMet',
      progress: waitingForTarget('It still waits.'),
    };
    const twice = conditionOf(after(accepted, waiting, again), 'TargetReady');
    assert.deepEqual([twice?.message, twice?.lastTransitionTime], ['It still waits.', '2026-11-24T00:00:10Z']);
    assert.equal(
      conditionOf(after(accepted, waiting, again, executing), 'TargetReady')?.lastTransitionTime,
      '2026-11-24T00:00:30Z',
    );
  });

  it('moves phaseTransitionTime only with the phase', () => {
    assert.equal(after(accepted, waiting, accepted).phaseTransitionTime, '2026-11-24T00:00:00Z');
    assert.equal(after(accepted, waiting, executing, executing).phaseTransitionTime, '2026-11-24T00:00:20Z');
  });

  it('never goes back from Running, and never touches an end', () => {
    assert.equal(nextStatus(after(accepted, executing), waiting, at(99)), undefined);
    assert.deepEqual(nextStatus(after(accepted, executing), accepted, at(99)), after(accepted, executing));
    for (const end of [completed, failed]) {
      for (const update of allUpdates) {
        assert.equal(nextStatus(after(accepted, executing, end), update, at(99)), undefined);
      }
    }
  });

  it('leaves what others wrote as it is', () => {
    const theirs: Condition = {
      type: 'Audited',
      status: 'True',
      reason: 'Looked',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const outputs = { awaitNodesAtHeight: { currentHeight: 7 } };
    const status = nextStatus(
      { phase: 'Pending', startedAt: '2026-01-01T00:00:00Z', conditions: [theirs], outputs },
      completed,
      at(0),
    );
    assert.deepEqual(status?.conditions?.[0], theirs);
    assert.deepEqual([status?.outputs, status?.startedAt], [outputs, '2026-01-01T00:00:00Z']);
  });

  it('reaches at most one end, which stays, whatever happens in whatever order', () => {
    const anyUpdate = fc.constantFrom(...allUpdates);
    fc.assert(
      fc.property(fc.array(fc.tuple(anyUpdate, fc.integer({ min: -100, max: 1000 }))), (updates) => {
        let status: SeiNodeTaskStatus = {};
        for (const [next, seconds] of updates) {
          const written = nextStatus(status, next, at(seconds));
          if (written === undefined) continue;
          assertLawful(status, written);
          status = written;
        }
      }),
    );
  });
});

/** Both ends have the same rank: neither may follow the other. */
function rank(phase: SeiNodeTaskStatus['phase']): number {
  return phase === undefined ? -1 : Math.min(2, taskPhases.indexOf(phase));
}

function assertLawful(before: SeiNodeTaskStatus, written: SeiNodeTaskStatus): void {
  assert.ok(!isTerminal(before.phase));
  assert.ok(rank(before.phase) <= rank(written.phase));
  const ends = (written.conditions ?? [])
    .map(({ type }) => type)
    .filter((type) => ['Ready', 'Failed', 'Finished'].includes(type));
  assert.deepEqual(
    ends,
    isTerminal(written.phase) ? [written.phase === 'Complete' ? 'Ready' : 'Failed', 'Finished'] : [],
  );
  assert.equal(written.startedAt, before.startedAt ?? written.startedAt);
  assert.deepEqual(statusSchema.parse(written), written);
  const times = JSON.stringify(written).match(/\d{4}-\d\d-\d\dT[^"]*/g) ?? [];
  for (const time of times) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
}

describe('nextStatus of an edit', () => {
  const edited: StatusChange = { step: 'edited' };

  for (const end of [completed, failed]) {
    it(`of a task that is ${end === completed ? 'Complete' : 'Failed'} changes only what it tells of generations`, () => {
      const before = after(accepted, waiting, executing, end);
      const conditions = before.conditions?.map((condition) => ({ ...condition, observedGeneration: 2 }));
      assert.equal(conditions?.length, 3);
      assert.deepEqual(nextStatus(before, edited, { ...at(90), generation: 2 }), {
        ...before,
        observedGeneration: 2,
        conditions,
      });
    });
  }

  it('is not written while the task waits or runs', () => {
    for (const running of [after(), after(accepted), after(accepted, waiting), after(accepted, executing)])
      assert.equal(nextStatus(running, edited, { ...at(90), generation: 2 }), undefined);
  });
});

describe('timestamp', () => {
  it('cuts to whole seconds, as metav1.Time is written', () => {
    assert.equal(timestamp(Date.parse('2026-11-24T00:21:50.944Z')), '2026-11-24T00:21:50Z');
  });
});
