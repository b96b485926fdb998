import assert from 'node:assert/strict';
import type { WorkerStatus } from '@temporalio/worker';
import { progressOf, wedgeOf, WEDGED_AFTER_MS, withStates, type WorkerProgress } from '../../worker/worker-liveness.ts';

type States = WorkerProgress['states'];

const RUNNING: States = { runState: 'RUNNING', workflowPollerState: 'POLLING', activityPollerState: 'POLLING' };
const IDLE: WorkerProgress = { states: RUNNING, inFlight: 0, movedMs: 0 };
const LATE_MS = WEDGED_AFTER_MS + 1_000;

/** The progress after each number of steps in flight, one second after the other from 0. */
function after(...counts: number[]): WorkerProgress {
  return counts.reduce((before, count, index) => progressOf(before, count, 1_000 * index), IDLE);
}

describe('a worker', () => {
  const cases: Readonly<Record<string, [WorkerProgress, nowMs: number, isWedged: boolean]>> = {
    'that is idle': [IDLE, 1e9, false],
    'whose step has not ended for less than a minute': [after(1), WEDGED_AFTER_MS - 1, false],
    'whose only step never ends': [after(1), WEDGED_AFTER_MS, true],
    'whose steps begin and never end': [after(1, 2, 3, 4), WEDGED_AFTER_MS, true],
    'that was idle for long before its step began': [progressOf(IDLE, 1, 1e6), 1e6 + 1_000, false],
    'whose other step has ended a moment ago': [progressOf(after(1, 2), 1, 60_000), LATE_MS, false],
    'that ended one of two steps long ago': [after(1, 2, 1), LATE_MS + 1_000, true],
    'whose step never ends while it stops': [
      { ...after(1), states: { ...RUNNING, runState: 'STOPPING' } },
      LATE_MS,
      false,
    ],
  };
  for (const [what, [progress, nowMs, isWedged]] of Object.entries(cases)) {
    it(`${what} is ${isWedged ? '' : 'not '}wedged`, () => {
      assert.equal(wedgeOf(progress, nowMs) !== undefined, isWedged);
    });
  }

  const states: Readonly<Record<string, [Partial<WorkerStatus>, isWedged: boolean]>> = {
    'that polls': [{}, false],
    'whose polls for workflows have failed': [{ workflowPollerState: 'FAILED' }, true],
    'whose polls for activities have ended': [{ activityPollerState: 'SHUTDOWN' }, true],
    'that drains': [{ runState: 'DRAINING', workflowPollerState: 'SHUTDOWN' }, false],
  };
  for (const [what, [change, isWedged]] of Object.entries(states)) {
    it(`${what} for a minute is ${isWedged ? '' : 'not '}wedged`, () => {
      const first = withStates(IDLE, { ...RUNNING, ...change }, 0);
      assert.equal(wedgeOf(first, 0), undefined);
      const later = withStates(first, { ...RUNNING, ...change }, WEDGED_AFTER_MS);
      assert.equal(wedgeOf(later, WEDGED_AFTER_MS) !== undefined, isWedged);
    });
  }

  it('that polls again is not wedged', () => {
    const failed = withStates(IDLE, { ...RUNNING, workflowPollerState: 'FAILED' }, 0);
    const again = withStates(failed, RUNNING, 1_000);
    const failedAgain = withStates(again, { ...RUNNING, workflowPollerState: 'FAILED' }, LATE_MS);
    assert.equal(wedgeOf(failedAgain, LATE_MS), undefined);
  });
});
