import assert from 'node:assert/strict';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { defaultPayloadConverter } from '@temporalio/common';
import { createActivities, type ActivityDependencies } from '../../activities/create-activities.ts';
import type { TargetWaitState } from '../../core/activities.ts';
import { planTask } from '../../core/task-plan.ts';

const ALREADY_EXISTS = 6;
const RUNNING = 1;
const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const planned = planTask(
  'RestartSeid',
  { node, payload: {}, queueTimeout: '10m' },
  { workflowId: 'w', firstRunId: 'r', cluster: 'c' },
);
const plan = 'plan' in planned ? planned.plan : assert.fail(planned.verdict.message);

/** A wait for a permit that another workflow has, cancelled as soon as it waits. */
async function interrupted(scheduledMs: number, earlier?: Partial<TargetWaitState>) {
  const activities = createActivities({
    clusterId: 'c',
    shutdown: new AbortController().signal,
    seiNodes: { get: async () => ({ metadata: { ...node, uid: 'u' }, spec: {}, status: { phase: 'Running' } }) },
  } as unknown as ActivityDependencies);
  const cancelled = new AbortController();
  const context = {
    info: {
      activityId: '7',
      attempt: 1,
      scheduledTimestampMs: scheduledMs,
      currentAttemptScheduledTimestampMs: scheduledMs,
      workflowExecution: { workflowId: 'w', runId: 'r' },
    },
    cancellationSignal: cancelled.signal,
    cancellationDetails: { cancelRequested: true },
    heartbeat: ({ waitingFor }: TargetWaitState) => waitingFor === 'workflow other' && cancelled.abort(),
    client: {
      options: { namespace: 'default' },
      workflow: { getHandle: () => ({ describe: async () => ({ raw: {} }) }) },
      workflowService: {
        startWorkflowExecution: async () => {
          throw Object.assign(new Error('already started'), { code: ALREADY_EXISTS });
        },
        describeWorkflowExecution: async () => ({
          workflowExecutionInfo: {
            status: RUNNING,
            execution: { runId: 'permit-run' },
            memo: { fields: { holder: defaultPayloadConverter.toPayload('other') } },
          },
        }),
        getWorkflowExecutionHistory: () => new Promise(() => undefined),
      },
    },
  } as unknown as Context;
  return await asyncLocalStorage.run(context, () => activities.awaitTarget({ plan, ...(earlier && { earlier }) }));
}

describe('a task whose spec is changed while it is queued', () => {
  it('keeps its place in the queue, and its queueTimeout continues', async () => {
    const first = await interrupted(1_000);
    assert.deepEqual([first.state, Math.floor((first.waited.queuedSinceMs ?? 0) / 1_000)], ['waiting', 1]);
    const second = await interrupted(300_000, first.waited);
    assert.deepEqual([second.state, second.waited.queuedSinceMs], ['waiting', first.waited.queuedSinceMs]);
    const { state } = await interrupted(700_000, second.waited);
    assert.equal(state, 'over');
  });
});
