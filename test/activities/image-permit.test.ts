import assert from 'node:assert/strict';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { createActivities, type ActivityDependencies } from '../../activities/create-activities.ts';
import { planTask } from '../../core/task-plan.ts';
import { noLog } from '../support/recorded-log.ts';

const IMAGE = 'seid:v6';
const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const planned = planTask(
  'UpdateNodeImage',
  { node, payload: { image: IMAGE } },
  { workflowId: 'w', firstRunId: 'r', cluster: 'c' },
);
const { plan: read } = 'plan' in planned ? planned : assert.fail(planned.verdict.message);
const plan = { ...read, task: { ...read.task, node: { ...node, uid: 'u' } } };

describe('the permit of an UpdateNodeImage', () => {
  const calls: string[] = [];
  let spec = { image: 'seid:v5' };
  const seiNodes = {
    get: async () => {
      calls.push('read');
      return { metadata: { ...node, uid: 'u' }, spec, status: { currentImage: spec.image } };
    },
    apply: async (_of: unknown, object: { spec: typeof spec }) => {
      calls.push('apply');
      ({ spec } = object);
    },
  };
  const activities = createActivities({
    clusterId: 'c',
    shutdown: new AbortController().signal,
    seiNodes,
    sidecar: { listTasks: async () => [] },
    events: { record: async () => undefined },
    log: noLog,
  } as unknown as ActivityDependencies);
  const context = {
    info: {
      activityId: '7',
      attempt: 1,
      scheduledTimestampMs: Date.now(),
      currentAttemptScheduledTimestampMs: Date.now(),
      workflowExecution: { workflowId: 'w', runId: 'r' },
    },
    cancellationSignal: new AbortController().signal,
    heartbeat: () => undefined,
    client: {
      options: { namespace: 'default' },
      activity: { heartbeat: async () => undefined },
      withDeadline: async (_deadline: number, call: () => Promise<unknown>) => await call(),
      workflowService: {
        deleteWorkflowExecution: async ({ workflowExecution }: { workflowExecution: { runId: string } }) =>
          calls.push(`release ${workflowExecution.runId}`),
      },
    },
  } as unknown as Context;

  // A second attempt of the dispatch would set the image again, over that of the next holder.
  it('is not released before Temporal knows that the image was set', async () => {
    const request = { image: IMAGE };
    const dispatched = await asyncLocalStorage.run(context, () =>
      activities.dispatchTask({ plan, request, knowledge: { sent: 'no' } }),
    );
    assert.deepEqual([dispatched.state, calls.filter((call) => call !== 'read')], ['accepted', ['apply']]);
    calls.length = 0;
    const { knowledge } = dispatched;
    const polled = await asyncLocalStorage.run(context, () =>
      activities.pollTask({ plan, request, knowledge, waitedMs: 0, cancelled: false, permitRunId: 'permit-run' }),
    );
    assert.deepEqual([polled.state, calls], ['completed', ['release permit-run', 'read']]);
  });
});
