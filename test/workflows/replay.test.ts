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
