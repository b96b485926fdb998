import assert from 'node:assert/strict';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { defaultPayloadConverter } from '@temporalio/common';
import { createActivities, type ActivityDependencies } from '../../activities/create-activities.ts';
import type { TargetWaitState } from '../../core/activities.ts';
import type { StatusChange } from '../../core/next-status.ts';
import { planTask } from '../../core/task-plan.ts';
import type { TaskStatusWrite } from '../../kubernetes/task-status-writer.ts';

const mirrorTo = { namespace: 'arctic-1', name: 'restart', uid: 'u' };
const ALREADY_EXISTS = 6;
const RUNNING = 1;
const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const planned = planTask(
  'RestartSeid',
  { node, payload: {}, queueTimeout: '10m' },
  { workflowId: 'w', firstRunId: 'r', cluster: 'c' },
);
const plan = 'plan' in planned ? planned.plan : assert.fail(planned.verdict.message);

/**
 * A wait for a permit that another workflow has, cancelled as soon as it waits.
 *
 * @param written - Gets what is written into the status. Unset: the task has no resource.
 */
async function interrupted(scheduledMs: number, earlier?: Partial<TargetWaitState>, written?: StatusChange[]) {
  const activities = createActivities({
    clusterId: 'c',
    shutdown: new AbortController().signal,
    log: () => undefined,
    events: { record: async () => undefined },
    statuses: {
      write: async ({ change }: TaskStatusWrite) => (
        written?.push(change),
        { outcome: 'written', object: { metadata: mirrorTo, status: {} } }
      ),
    },
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
  const task = written === undefined ? plan.task : { ...plan.task, mirrorTo };
  return await asyncLocalStorage.run(context, () =>
    activities.awaitTarget({ plan: { ...plan, task }, ...(earlier && { earlier }) }),
  );
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

describe('a task whose queueTimeout has passed', () => {
  it('ends when the dispatch held it back that this wait would send it to again', async () => {
    const heldBy = { by: 'chain', chainId: 'arctic-1', holder: 'SeiNodeTask other' } as const;
    const written: StatusChange[] = [];
    const end = await interrupted(700_000, { queuedSinceMs: 1_000, heldBy }, written);
    assert.partialDeepStrictEqual(end, {
      state: 'over',
      verdict: { reason: 'TargetResolveFailed', waitedFor: { reason: 'Guarded' } },
    });
    assert.deepEqual(
      written.map((change) => ('reason' in change ? change.reason : change.step)),
      ['Guarded'],
    );
  });

  const shownBefore: readonly (readonly [TargetWaitState['shown'], readonly string[]])[] = [
    ['Queued', []],
    ['PhaseNotMet', ['Queued']],
    ['Guarded', ['Queued']],
    // Lost with the worker that wrote it.
    [undefined, ['Queued']],
  ];
  for (const [shown, expected] of shownBefore)
    it(`ends with TargetReady=Queued, when the status last showed ${shown ?? 'what is not known'}`, async () => {
      const written: StatusChange[] = [];
      const { state } = await interrupted(700_000, { queuedSinceMs: 1_000, ...(shown && { shown }) }, written);
      assert.equal(state, 'over');
      assert.deepEqual(
        written.map((change) => ('reason' in change ? change.reason : change.step)),
        expected,
      );
    });
});
