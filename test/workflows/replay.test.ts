import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { replayHistory } from '../../worker/replay-history.ts';
import * as workflows from '../../workflows/index.ts';
import { courses } from '../histories/courses.ts';
import { historyNames, latestHistory, readHistory, type HistoryJson } from '../histories/history-files.ts';

function typeOf(history: HistoryJson): string | undefined {
  const started = history.events[0]?.['workflowExecutionStartedEventAttributes'] as
    | { readonly workflowType: { readonly name: string } }
    | undefined;
  return started?.workflowType.name;
}

/** The history with another name for one of its activity types, as if the workflow had called that one before. */
function withRenamedActivity(history: HistoryJson, from: string, to: string): HistoryJson {
  const text = JSON.stringify(history);
  const renamed = text.replaceAll(`"activityType":{"name":"${from}"}`, `"activityType":{"name":"${to}"}`);
  assert.notEqual(renamed, text, `the history has no activity ${from}`);
  return JSON.parse(renamed) as HistoryJson;
}

type HistoryEvent = HistoryJson['events'][number];

/** Events of one history in another order or changed, with the numbers that they have there. */
function renumbered(events: readonly HistoryEvent[]): HistoryJson {
  const numbers = new Map<string, string>();
  const next = events.map((event, index) => {
    numbers.set(String(event['eventId']), String(index + 1));
    return JSON.parse(
      JSON.stringify({ ...event, eventId: String(index + 1) }).replaceAll(
        /("\w+EventId":")(\d+)"/g,
        (_, key: string, number: string) => `${key}${numbers.get(number) ?? number}"`,
      ),
    ) as HistoryEvent;
  });
  return { events: next };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The recorded history of a node that was restarted and passed its gate, to be rearranged. */
async function gatedNode() {
  const { events } = await readHistory({ version: '0.1.0', course: 'restart-gated-node-complete' });
  const of = (number: number): HistoryEvent => events[number - 1] ?? assert.fail(`no event ${number}`);
  const changed = (number: number, change: object): HistoryEvent => {
    const event = of(number);
    const [name = ''] = Object.keys(event).filter((key) => key.endsWith('EventAttributes'));
    return { ...event, [name]: { ...(event[name] as object), ...change } };
  };
  const { eventTime, taskId } = of(31);
  return {
    from: (first: number, last: number): readonly HistoryEvent[] => events.slice(first - 1, last),
    changed,
    /** The end of the activity gateNode. */
    gateEnded: (result: object): HistoryEvent =>
      changed(32, {
        result: { payloads: [{ metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify(result)) }] },
      }),
    runbookEnds: {
      eventId: 'signal',
      eventTime,
      taskId,
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED',
      workflowExecutionSignaledEventAttributes: { signalName: 'runbookEnds', input: {} },
    },
    gateCancelled: {
      eventId: 'cancel',
      eventTime,
      taskId,
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED',
      activityTaskCancelRequestedEventAttributes: { scheduledEventId: '30', workflowTaskCompletedEventId: '35' },
    },
  };
}

/** The recorded history of a runbook, as if its workflow had been cancelled while its node is at its gate. */
async function cancelledRunbook(): Promise<HistoryJson> {
  const { events } = await readHistory({ version: '0.1.0', course: 'rolling-restart-complete' });
  const { eventTime, taskId } = events[27] ?? assert.fail();
  const { startChildWorkflowExecutionInitiatedEventAttributes: child } = events[17] ?? assert.fail();
  const { namespace, namespaceId, workflowId } = child as Readonly<Record<string, string>>;
  const toChild = { namespace, namespaceId, workflowExecution: { workflowId } };
  return renumbered([
    ...events.slice(0, 27),
    {
      eventTime,
      taskId,
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED',
      workflowExecutionCancelRequestedEventAttributes: { cause: 'deleted' },
    },
    ...events.slice(27, 30),
    {
      eventId: '1000',
      eventTime,
      taskId,
      eventType: 'EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED',
      signalExternalWorkflowExecutionInitiatedEventAttributes: {
        ...toChild,
        signalName: 'runbookEnds',
        workflowTaskCompletedEventId: '30',
      },
    },
    {
      eventTime,
      taskId,
      eventType: 'EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED',
      externalWorkflowExecutionSignaledEventAttributes: { ...toChild, initiatedEventId: '1000' },
    },
    ...events.slice(27, 30),
  ]);
}

const progress = { waitedMs: 0, isHalted: true };
const halted = { state: 'halted', message: 'Halted.', progress };

const recorded = await historyNames();

describe('replay of recorded histories', () => {
  let workflowBundle: WorkflowBundleWithSourceMap;

  before('bundles the workflows, which fails if they reach for a module of Node', async () => {
    const logger = new DefaultLogger('WARN');
    Runtime.install({ logger, telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } } });
    const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
    workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
  });

  for (const name of recorded) {
    it(`replays ${name.course} as version ${name.version} recorded it`, async () => {
      const { error } = await replayHistory({ workflowBundle }, await readHistory(name));
      assert.equal(error, undefined);
    });
  }

  const changes: readonly (readonly [name: string, from: string, to: string])[] = [
    ['restart-seid-complete', 'dispatchTask', 'sendTask'],
    ['restart-seid-after-a-phase-wait', 'awaitTarget', 'awaitPhase'],
    ['await-nodes-at-height-cancelled', 'takeOffTask', 'cancelTask'],
    ['update-node-image-complete', 'pollTask', 'awaitImage'],
    ['gov-vote-confirmed', 'mirrorStatus', 'writeStatus'],
  ];
  for (const [name, from, to] of changes) {
    it(`notices that ${name} called ${from} by another name`, async () => {
      const { error } = await replayHistory(
        { workflowBundle },
        withRenamedActivity(await latestHistory(name), from, to),
      );
      assert.equal(error?.name, 'DeterminismViolationError');
    });
  }

  it('tells the workflow of a node at its gate that its runbook is ending', async () =>
    assert.equal((await replayHistory({ workflowBundle }, await cancelledRunbook())).error, undefined));

  it('ends the gate of a node, and releases its permit, when its runbook ends while the chain is halted', async () => {
    const { from, changed, gateEnded, runbookEnds, gateCancelled } = await gatedNode();
    const history = renumbered([
      ...from(1, 31),
      gateEnded(halted),
      // Its runbook is told, and the gate waits on.
      ...from(33, 35),
      ...from(25, 29),
      changed(30, { activityId: '3' }),
      ...from(31, 31),
      runbookEnds,
      ...from(33, 35),
      gateCancelled,
      gateEnded({ state: 'interrupted', progress }),
      ...from(33, 35),
      changed(36, { activityId: '4' }),
      ...from(37, 42),
    ]);
    assert.equal((await replayHistory({ workflowBundle }, history)).error, undefined);
  });

  it('ends the gate of a node, and releases its permit, when the chain halts while its runbook is ending', async () => {
    const { from, gateEnded, runbookEnds } = await gatedNode();
    const history = renumbered([...from(1, 31), runbookEnds, gateEnded(halted), ...from(33, 42)]);
    assert.equal((await replayHistory({ workflowBundle }, history)).error, undefined);
  });

  it('has a history for every course', () => {
    const covered = new Set(recorded.map(({ course }) => course));
    assert.deepEqual(
      Object.keys(courses).filter((course) => !covered.has(course)),
      [],
    );
  });

  it('covers every workflow type', async () => {
    const types = new Set((await Promise.all(recorded.map(readHistory))).map(typeOf));
    assert.deepEqual(
      Object.keys(workflows).filter((type) => !types.has(type)),
      [],
    );
    // An older worker leaves a newer workflow type alone.
    assert.ok(!('default' in workflows));
  });
});
