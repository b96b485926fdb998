import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { Knowledge } from '../core/knowledge.ts';
import { firstValueOf, millisecondsOf, type HistoryEvent } from '../dev/history-event.ts';
import type { ObservedWorkflow } from './observations.ts';

const { WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;

/** The end of an activity. */
interface EndedActivity {
  readonly name: string;
  readonly at: number;
  /** Unset: it has none, since it failed, was cancelled or ran out of time. */
  readonly result?: unknown;
}

/** @returns `undefined` when there is no such workflow: its task was deleted before it was started. */
export async function observeWorkflow(client: Client, workflowId: string): Promise<ObservedWorkflow | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { status } = await handle.describe();
    const { events } = await handle.fetchHistory();
    return workflowOf(status.name, events ?? []);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** What a workflow's history says. */
export function workflowOf(end: string, events: readonly HistoryEvent[]): ObservedWorkflow {
  const ended = endedActivities(events);
  const endOf = (activity: string): number | undefined => ended.findLast(({ name }) => name === activity)?.at;
  return {
    end,
    knowledge: knowledgeAfter(ended),
    dispatchedAt: endOf('dispatchTask'),
    gatedAt: endOf('gateNode'),
    isHeld: resultOf(events)?.state === 'held',
    wasTakenOff: ended.some(({ name, result }) => name === 'takeOffTask' && result === 'taken-off'),
    errors: events.flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
      failed && isError(failed.cause) ? (failed.failure?.message ?? '') : [],
    ),
  };
}

function resultOf(events: readonly HistoryEvent[]): { readonly state?: string } | undefined {
  const completed = events.findLast((event) => event.workflowExecutionCompletedEventAttributes);
  return firstValueOf(completed?.workflowExecutionCompletedEventAttributes?.result) as { state?: string } | undefined;
}

/** Others are of a server that sets a task up once more, as when a cancel comes in at the last moment. */
function isError(cause: unknown): boolean {
  return (
    cause === WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR ||
    cause === WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE
  );
}

function endedActivities(events: readonly HistoryEvent[]): EndedActivity[] {
  const names = new Map(
    events.map(({ eventId, activityTaskScheduledEventAttributes: scheduled }) => [
      String(eventId),
      scheduled?.activityType?.name ?? '',
    ]),
  );
  return events.flatMap((event) => {
    const { activityTaskCompletedEventAttributes: completed } = event;
    const ended =
      completed ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    if (!ended) return [];
    return [
      {
        name: names.get(String(ended.scheduledEventId)) ?? '',
        at: millisecondsOf(event.eventTime),
        result: firstValueOf(completed?.result),
      },
    ];
  });
}

/** A dispatch of which nothing is heard may have sent the task; a poll of which nothing is heard changes nothing. */
function knowledgeAfter(ended: readonly EndedActivity[]): Knowledge {
  return ended.reduce<Knowledge>(
    (known, { name, result }) => {
      const { knowledge } = (result ?? {}) as { readonly knowledge?: Knowledge };
      if (knowledge !== undefined) return knowledge;
      return name === 'dispatchTask' && known.sent === 'no' ? { ...known, sent: 'perhaps' } : known;
    },
    { sent: 'no' },
  );
}
