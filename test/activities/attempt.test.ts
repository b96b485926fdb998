import assert from 'node:assert/strict';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { Attempt } from '../../activities/attempt.ts';

const HOUR_MS = 3_600_000;

interface World {
  readonly attempt: number;
  readonly dueMs: number;
  readonly beganMs: number;
  /** Of the attempt before. */
  readonly lastFailure?: object;
}

/** An attempt of an activity that Temporal scheduled at 0 and whose attempt was due at `dueMs`. */
async function withAttempt<Result>(info: World, read: (attempt: Attempt<object>) => Result): Promise<Result> {
  const context = {
    info: {
      activityId: '7',
      attempt: info.attempt,
      scheduledTimestampMs: 0,
      currentAttemptScheduledTimestampMs: info.dueMs,
      workflowExecution: { workflowId: 'w', runId: 'r' },
    },
    cancellationSignal: new AbortController().signal,
    client: {
      workflow: {
        getHandle: () => ({
          describe: async () => ({
            raw: {
              pendingActivities: [
                { activityId: '6', lastStartedTime: { seconds: 1 } },
                {
                  activityId: '7',
                  lastStartedTime: { seconds: Math.floor(info.beganMs / 1_000), nanos: 500_000_000 },
                  lastFailure: info.lastFailure,
                },
              ],
            },
          }),
        }),
      },
    },
  } as unknown as Context;
  return await asyncLocalStorage.run(context, async () => {
    using attempt = new Attempt(new AbortController().signal, 0.5);
    await attempt.countWaitForWorker();
    return read(attempt);
  });
}

const elapsedAfterStart = (info: World): Promise<number> => withAttempt(info, ({ elapsedMs }) => elapsedMs);

describe('the clock of an attempt', () => {
  it('counts the time for which a repeated attempt waited for a worker', async () => {
    const elapsedMs = await elapsedAfterStart({ attempt: 2, dueMs: 1_000, beganMs: HOUR_MS });
    assert.ok(elapsedMs >= HOUR_MS + 500 && elapsedMs < HOUR_MS + 60_000, `${elapsedMs}`);
  });

  it('counts that of a first attempt', async () => {
    const elapsedMs = await elapsedAfterStart({ attempt: 1, dueMs: 0, beganMs: HOUR_MS });
    assert.ok(elapsedMs >= HOUR_MS + 500 && elapsedMs < HOUR_MS + 60_000, `${elapsedMs}`);
  });

  it('does not run back when Temporal says that the attempt began before it was due', async () => {
    const elapsedMs = await elapsedAfterStart({ attempt: 2, dueMs: HOUR_MS, beganMs: 1_000 });
    assert.ok(elapsedMs >= HOUR_MS && elapsedMs < HOUR_MS + 60_000, `${elapsedMs}`);
  });
});

describe('whether an attempt follows one that was lost', () => {
  const again = { attempt: 2, dueMs: HOUR_MS, beganMs: HOUR_MS };
  const cases: Readonly<Record<string, readonly [World, boolean]>> = {
    'says no of a first one': [{ ...again, attempt: 1 }, false],
    'says no after one that failed': [
      { ...again, lastFailure: { applicationFailureInfo: { type: 'WorkerShutdown' } } },
      false,
    ],
    'says yes after a heartbeat timeout': [{ ...again, lastFailure: { timeoutFailureInfo: { timeoutType: 4 } } }, true],
    'says yes when Temporal names no failure': [again, true],
  };
  for (const [what, [info, expected]] of Object.entries(cases))
    it(what, async () => assert.equal(await withAttempt(info, ({ isAfterLoss }) => isAfterLoss), expected));
});
