import assert from 'node:assert/strict';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { observeRollingRestarts } from '../../chaos/observe-rolling-restarts.ts';
import { taskId } from '../../core/task-id.ts';
import { planned } from './made-up-rolling-restart.ts';
import { START } from './made-up-run.ts';

const RUNBOOK = 'seinoderunbook/chaos/rolling-1/uid';
const gated = {
  eventId: 5 as never,
  activityTaskScheduledEventAttributes: { activityType: { name: 'gateNode' } },
};
const passed = {
  eventId: 7 as never,
  eventTime: { seconds: 60 as never, nanos: 0 },
  activityTaskCompletedEventAttributes: { scheduledEventId: 5 as never },
};

/** A Temporal server with these workflows, each with a run of its own. */
function temporalWith(...ids: readonly string[]): Client {
  const executions = ids.map((workflowId, index) => ({
    workflowId,
    runId: `run-${index}`,
    status: { name: 'COMPLETED' },
    startTime: new Date(START + index * 1000),
    closeTime: new Date(START + index * 1000 + 500),
  }));
  const getHandle = (workflowId: string) => ({
    describe: () =>
      executions.some((each) => each.workflowId === workflowId)
        ? Promise.resolve({ status: { name: 'COMPLETED' } })
        : Promise.reject(new WorkflowNotFoundError('gone', workflowId, undefined)),
    fetchHistory: () => Promise.resolve({ events: [gated, passed] }),
  });
  return { workflow: { list: () => executions, getHandle } } as unknown as Client;
}

const logged = { planned, workflowId: RUNBOOK, states: [], edits: [] };

describe('what Temporal says of a runbook', () => {
  it('has each try with the id of its restart on the sidecar, in order', async () => {
    const restart = `${RUNBOOK}/one/restart/1`;
    const temporal = temporalWith(RUNBOOK, `${RUNBOOK}/one/1`, restart, `${RUNBOOK}/two/1`, `${RUNBOOK}/one/2`);
    const [observed] = await observeRollingRestarts(temporal, [logged]);
    assert.deepEqual(
      observed?.tries.map(({ node, count, taskId: id }) => [node, count, id]),
      [
        ['one', 1, taskId(`${restart}/run-2`, 'RestartSeid')],
        ['two', 1, undefined],
        ['one', 2, undefined],
      ],
    );
    assert.partialDeepStrictEqual(observed?.tries[0], {
      startedAt: START + 1000,
      endedAt: START + 1500,
      gatedAt: 60_000,
      end: 'COMPLETED',
    });
    assert.equal(observed?.end, 'COMPLETED');
  });

  it('has nothing of one that was deleted before it was started, and nothing of others', async () => {
    const temporal = temporalWith('seinodetask/chaos/task/uid', 'seinoderunbook/chaos/other/uid/one/1');
    const [observed] = await observeRollingRestarts(temporal, [{ ...logged, deletedAt: START }]);
    assert.deepEqual([observed?.tries, observed?.end, observed?.deletedAt], [[], undefined, START]);
  });
});
