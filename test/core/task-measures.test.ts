import assert from 'node:assert/strict';
import type { SeiNodeTask, SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { kindLabel, kindLabels, taskCensus, taskDurations } from '../../core/task-measures.ts';

const NOW_MS = Date.parse('2026-01-01T01:00:00Z');

function task(kind: string, status?: SeiNodeTaskStatus, creationTimestamp = '2026-01-01T00:59:00Z'): SeiNodeTask {
  return {
    metadata: { name: 'a', namespace: 'b', uid: 'c', resourceVersion: '1', creationTimestamp },
    spec: { kind },
    ...(status === undefined ? {} : { status }),
  };
}

/** What is not 0. */
function found(tasks: readonly SeiNodeTask[]) {
  const { counts, oldestPending } = taskCensus(tasks, NOW_MS);
  return {
    counts: counts.flatMap(({ kind, phase, count }) => (count === 0 ? [] : [`${kind} ${phase} ${count}`])),
    oldestPending: oldestPending.flatMap(({ kind, ageSeconds }) => (ageSeconds === 0 ? [] : [`${kind} ${ageSeconds}`])),
  };
}

describe('the census of tasks', () => {
  it('has every kind and phase, also with 0', () => {
    const { counts, oldestPending } = taskCensus([], NOW_MS);
    assert.equal(counts.length, kindLabels.length * 4);
    assert.deepEqual(
      oldestPending.map(({ kind }) => kind),
      kindLabels,
    );
    assert.deepEqual(found([]), { counts: [], oldestPending: [] });
  });

  it('counts by kind and phase', () => {
    const tasks = [
      task('RestartSeid', { phase: 'Running' }),
      task('RestartSeid', { phase: 'Running' }),
      task('RestartSeid', { phase: 'Complete' }),
      task('GovVote', { phase: 'Failed' }),
    ];
    assert.deepEqual(found(tasks), {
      counts: ['GovVote Failed 1', 'RestartSeid Running 2', 'RestartSeid Complete 1'],
      oldestPending: [],
    });
  });

  it('counts a task without a status as Pending since its creation', () => {
    assert.deepEqual(found([task('MarkReady')]), {
      counts: ['MarkReady Pending 1'],
      oldestPending: ['MarkReady 60'],
    });
  });

  it('finds the task that has been Pending for longest', () => {
    const tasks = ['2026-01-01T00:30:00Z', '2026-01-01T00:10:00Z', '2026-01-01T00:50:00Z'].map((startedAt) =>
      task('RestartSeid', { phase: 'Pending', startedAt }),
    );
    assert.deepEqual(found(tasks).oldestPending, ['RestartSeid 3000']);
  });

  it('has no negative age when clocks differ', () => {
    assert.deepEqual(found([task('MarkReady', undefined, '2026-01-01T02:00:00Z')]).oldestPending, []);
  });

  it('does not take kinds from outside as labels', () => {
    for (const kind of ['Reboot', 'toString', '', undefined, 7]) assert.equal(kindLabel(kind), 'other');
    assert.deepEqual(found([task('Reboot', { phase: 'Failed' })]).counts, ['other Failed 1']);
  });
});

describe('the durations of a task', () => {
  const finished = {
    phase: 'Complete',
    startedAt: '2026-01-01T00:00:00Z',
    completedAt: '2026-01-01T00:02:00Z',
  } as const;
  const executed = { id: 'x', status: 'Complete', executionStartedAt: '2026-01-01T00:01:30Z' } as const;
  const cases: readonly (readonly [string, SeiNodeTaskStatus, number | undefined, number | undefined])[] = [
    ['a task that was executed', { ...finished, task: executed }, 120, 30],
    ['a task that was never executed', finished, 120, undefined],
    ['a task that is not finished', { ...finished, phase: 'Running', task: executed }, undefined, undefined],
    ['a CRD without completedAt', { phase: 'Failed', startedAt: finished.startedAt }, undefined, undefined],
    ['a completion before the start', { ...finished, startedAt: '2026-01-01T00:03:00Z' }, 0, undefined],
  ];
  for (const [name, status, totalSeconds, executionSeconds] of cases) {
    it(`of ${name}`, () => assert.deepEqual(taskDurations(status), { totalSeconds, executionSeconds }));
  }
});
