import assert from 'node:assert/strict';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { Attempt } from '../../activities/attempt.ts';

const HOUR_MS = 3_600_000;

/** An attempt of an activity that Temporal scheduled at 0 and whose attempt was due at `dueMs`. */
async function elapsedAfterStart(info: { attempt: number; dueMs: number; beganMs: number }): Promise<number> {
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
                { activityId: '7', lastStartedTime: { seconds: Math.floor(info.beganMs / 1_000), nanos: 500_000_000 } },
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
    return attempt.elapsedMs;
  });
}

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
