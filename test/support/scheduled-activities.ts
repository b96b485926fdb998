import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { firstValueOf, millisecondsOf } from '../../dev/history-event.ts';

interface ScheduledActivity {
  readonly name: string;
  readonly input: unknown;
  /** In milliseconds since the epoch. */
  readonly scheduledAtMs: number;
  /** Seconds; 0 = none. */
  readonly scheduleToCloseSeconds: number;
}

/** The regular activities of a workflow in the order in which they were scheduled, from its history. */
export async function scheduledActivities(handle: WorkflowHandle): Promise<ScheduledActivity[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled, eventTime }) => {
    if (!scheduled) return [];
    return [
      {
        name: scheduled.activityType?.name ?? '',
        input: firstValueOf(scheduled.input),
        scheduledAtMs: millisecondsOf(eventTime),
        scheduleToCloseSeconds: millisecondsOf(scheduled.scheduleToCloseTimeout) / 1_000,
      },
    ];
  });
}

/** The first activity of that name; fails the test when there is none. */
export async function scheduledActivity(handle: WorkflowHandle, name: string): Promise<ScheduledActivity> {
  const found = (await scheduledActivities(handle)).find((activity) => activity.name === name);
  return found ?? assert.fail(`no activity ${name} in workflow ${handle.workflowId}`);
}
