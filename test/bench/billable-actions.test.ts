import assert from 'node:assert/strict';
import { billableActions } from '../../bench/billable-actions.ts';

type Events = Parameters<typeof billableActions>[0];

const upsert = (...names: string[]): Events[number] => ({
  upsertWorkflowSearchAttributesEventAttributes: {
    searchAttributes: { indexedFields: Object.fromEntries(names.map((name) => [name, {}])) },
  },
});
const marker = (task: number): Events[number] => ({
  markerRecordedEventAttributes: { workflowTaskCompletedEventId: task as never },
});

describe('billable actions of a history', () => {
  const cases: [what: string, events: Events, actions: number][] = [
    ['nothing', [], 0],
    ['a start', [{ workflowExecutionStartedEventAttributes: {} }], 1],
    [
      'the start of a child, which its parent is billed for',
      [{ workflowExecutionStartedEventAttributes: { parentWorkflowExecution: { workflowId: 'p' } } }],
      0,
    ],
    [
      'a child',
      [
        { startChildWorkflowExecutionInitiatedEventAttributes: {} },
        { childWorkflowExecutionStartedEventAttributes: {} },
      ],
      2,
    ],
    [
      'an activity',
      [
        { activityTaskScheduledEventAttributes: {} },
        { activityTaskStartedEventAttributes: { attempt: 1 } },
        { activityTaskCompletedEventAttributes: {} },
      ],
      1,
    ],
    ['an activity that was tried three times', [{ activityTaskStartedEventAttributes: { attempt: 3 } }], 3],
    ['local activities: all of one workflow task are one', [marker(4), marker(4), marker(9)], 2],
    ['search attributes, however many', [upsert('SeiNode', 'SeiTaskKind')], 1],
    ['the search attribute of versioning', [upsert('TemporalChangeVersion')], 0],
    [
      'timer, signal and update',
      [
        { timerStartedEventAttributes: {} },
        { workflowExecutionSignaledEventAttributes: {} },
        { workflowExecutionUpdateAcceptedEventAttributes: {} },
      ],
      3,
    ],
    [
      'workflow tasks and ends',
      [
        { workflowTaskScheduledEventAttributes: {} },
        { workflowTaskCompletedEventAttributes: {} },
        { workflowExecutionTerminatedEventAttributes: {} },
      ],
      0,
    ],
  ];
  for (const [what, events, actions] of cases) {
    it(`of ${what}: ${actions}`, () => assert.equal(billableActions(events), actions));
  }
});
