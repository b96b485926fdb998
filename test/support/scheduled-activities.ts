import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';

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
    const [payload] = scheduled.input?.payloads ?? [];
    return [
      {
        name: scheduled.activityType?.name ?? '',
        input: payload ? defaultPayloadConverter.fromPayload(payload) : undefined,
        scheduledAtMs: 1_000 * secondsOf(eventTime),
        scheduleToCloseSeconds: secondsOf(scheduled.scheduleToCloseTimeout),
      },
    ];
  });
}

/** Of a time or a duration of Temporal. */
function secondsOf(span: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined): number {
  return Number(span?.seconds ?? 0) + (span?.nanos ?? 0) / 1e9;
}

/** The first activity of that name; fails the test when there is none. */
export async function scheduledActivity(handle: WorkflowHandle, name: string): Promise<ScheduledActivity> {
  const found = (await scheduledActivities(handle)).find((activity) => activity.name === name);
  return found ?? assert.fail(`no activity ${name} in workflow ${handle.workflowId}`);
}
