import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type ReplayResult, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import * as workflows from '../../workflows/index.ts';
import { courses } from '../histories/courses.ts';
import { historyNames, readHistory, type HistoryJson } from '../histories/history-files.ts';

interface WorkflowStart {
  readonly workflowId: string;
  readonly workflowType: { readonly name: string };
}

function startOf(history: HistoryJson): WorkflowStart {
  return history.events[0]?.['workflowExecutionStartedEventAttributes'] as WorkflowStart;
}

/** The history with another name for one of its activity types, as if the workflow had called that one before. */
function withRenamedActivity(history: HistoryJson, from: string, to: string): HistoryJson {
  const text = JSON.stringify(history);
  const renamed = text.replaceAll(`"activityType":{"name":"${from}"}`, `"activityType":{"name":"${to}"}`);
  assert.notEqual(renamed, text, `the history has no activity ${from}`);
  return JSON.parse(renamed) as HistoryJson;
}

describe('replay of recorded histories', () => {
  let workflowBundle: WorkflowBundleWithSourceMap;

  before('bundles the workflows, which fails if they reach for a module of Node', async () => {
    const logger = new DefaultLogger('WARN');
    Runtime.install({ logger, telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } } });
    const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
    workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
  });

  async function replay(history: HistoryJson): Promise<ReplayResult> {
    const { workflowId } = startOf(history);
    for await (const result of Worker.runReplayHistories({ workflowBundle }, [{ workflowId, history }])) return result;
    throw new Error('nothing was replayed');
  }

  for (const name of Object.keys(courses)) {
    it(`goes through ${name} as it was recorded`, async () => {
      const { error } = await replay(await readHistory(name));
      assert.equal(error, undefined);
    });
  }

  const changes: readonly (readonly [name: string, from: string, to: string])[] = [
    ['restart-seid-complete', 'dispatchTask', 'sendTask'],
    ['restart-seid-after-a-phase-wait', 'pollTask', 'watchTask'],
    ['await-nodes-at-height-cancelled', 'takeOffTask', 'deleteTask'],
    ['update-node-image-complete', 'checkTargetPhase', 'lookAtTarget'],
    ['gov-vote-confirmed', 'mirrorStatus', 'writeStatus'],
  ];
  for (const [name, from, to] of changes) {
    it(`notices that ${name} called ${from} by another name`, async () => {
      const { error } = await replay(withRenamedActivity(await readHistory(name), from, to));
      assert.equal(error?.name, 'DeterminismViolationError');
    });
  }

  it('has a history for every course, and none besides', async () => {
    assert.deepEqual((await historyNames()).toSorted(), Object.keys(courses).toSorted());
  });

  it('covers every workflow type', async () => {
    const histories = await Promise.all((await historyNames()).map(readHistory));
    const recorded = new Set(histories.map((history) => startOf(history).workflowType.name));
    assert.deepEqual(Object.keys(workflows).toSorted(), [...recorded].toSorted());
  });
});
