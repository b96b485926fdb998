import type { HistoryEvent } from '../dev/history-event.ts';

const VERSIONING = 'TemporalChangeVersion';

/** What each kind of event is billed as, by the field that holds what it says. */
const ACTIONS: { readonly [Field in keyof HistoryEvent]?: (said: NonNullable<HistoryEvent[Field]>) => number } = {
  // A child is two actions of its parent.
  workflowExecutionStartedEventAttributes: ({ parentWorkflowExecution }) => (parentWorkflowExecution ? 0 : 1),
  startChildWorkflowExecutionInitiatedEventAttributes: () => 2,
  activityTaskStartedEventAttributes: ({ attempt }) => attempt ?? 1,
  upsertWorkflowSearchAttributesEventAttributes: ({ searchAttributes }) =>
    Object.keys(searchAttributes?.indexedFields ?? {}).some((name) => name !== VERSIONING) ? 1 : 0,
  timerStartedEventAttributes: () => 1,
  workflowExecutionSignaledEventAttributes: () => 1,
  workflowExecutionUpdateAcceptedEventAttributes: () => 1,
  workflowExecutionOptionsUpdatedEventAttributes: () => 1,
  nexusOperationScheduledEventAttributes: () => 1,
};

/**
 * Actions that Temporal Cloud would bill for a workflow, as far as its history tells: heartbeats, queries and refused
 * updates leave no event.
 */
export function billableActions(events: readonly HistoryEvent[]): number {
  // All markers (local activities) of one workflow task are one action.
  const markers = events.flatMap(({ markerRecordedEventAttributes: marker }) =>
    marker ? [String(marker.workflowTaskCompletedEventId)] : [],
  );
  return events.reduce((sum, event) => sum + actionsOf(event), new Set(markers).size);
}

function actionsOf(event: HistoryEvent): number {
  for (const [field, actions] of Object.entries(ACTIONS)) {
    const said = event[field as keyof HistoryEvent];
    if (said) return actions(said as never);
  }
  return 0;
}
