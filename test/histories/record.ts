import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { eventually } from '../support/eventually.ts';
import { startOwnServers } from '../support/own-servers.ts';
import { courses } from './courses.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { addHistory, historyNames, type HistoryJson } from './history-files.ts';

/** Fields that tell of the machine on which a history was recorded; a replay needs none of them. */
const OF_THE_MACHINE = new Set(['identity', 'stackTrace']);

/** A resource's workflow need not exist yet. */
async function closed(workflow: WorkflowHandle): Promise<void> {
  await eventually(`${workflow.workflowId} closes`, async () => (await workflow.describe()).status.name !== 'RUNNING');
}

/**
 * `historyToJSON` needs one copy of protobufjs for all of @temporalio, so package.json holds that version at the top.
 *
 * @throws Error when a workflow task failed on the way: such a history is not recorded.
 */
async function historyOf(workflow: WorkflowHandle): Promise<HistoryJson> {
  const history = await workflow.fetchHistory();
  if (history.events?.some(({ workflowTaskFailedEventAttributes: failed }) => failed)) {
    throw new Error(`a workflow task of ${workflow.workflowId} failed; see the service's log`);
  }
  return JSON.parse(historyToJSON(history), (key, value: unknown) =>
    OF_THE_MACHINE.has(key) ? undefined : value,
  ) as HistoryJson;
}

await using cleanup = new AsyncDisposableStack();
const { environment, stop } = await startOwnServers();
cleanup.defer(stop);
await environment.startService();

// What a version has recorded is never replaced: workflows that it started may still be open.
const recorded = (await historyNames())
  .filter(({ version }) => version === packageJson.version)
  .map(({ course }) => course);
const missing = Object.entries(courses).filter(([name]) => !recorded.includes(name));
await Promise.all(
  missing.map(async ([name, course]) => {
    const workflow = await course(environment, name);
    await closed(workflow);
    const history = await historyOf(workflow);
    await addHistory(name, history);
    console.log(`${name}: ${history.events.length} events`);
  }),
);
