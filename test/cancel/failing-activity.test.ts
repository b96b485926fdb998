import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowFailedError, WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { nodeText } from '../../api/node-reference.ts';
import type { Verdict } from '../../api/temporal/task-outcome.ts';
import { permitIdOf } from '../../api/temporal/permit-id.ts';
import type { Activities } from '../../core/activities.ts';
import type { RestartSeid } from '../../workflows/tasks.ts';
import { planned } from '../core/planner.ts';
import { eventually } from '../support/eventually.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { StubbedWorker } from '../support/stubbed-worker.ts';

const input = {
  cluster: 'c',
  node: { namespace: 'arctic-1', name: 'syncer-0-0' },
  payload: {},
  mirrorTo: { namespace: 'arctic-1', name: 'restart', uid: 'uid' },
};
const ready: Awaited<ReturnType<Activities['checkTargetPhase']>> = {
  state: 'ready',
  plan: planned('RestartSeid', input),
  request: { type: 'restart-seid' },
  knowsSearchAttributes: false,
};

type Stubs = Pick<Activities, 'checkTargetPhase' | 'dispatchTask' | 'pollTask' | 'mirrorStatus'>;

/** It fails only after its workflow has asked it to cancel, as a call does that runs out of time. */
describe('a task that is cancelled while an activity is about to fail', () => {
  let handle: WorkflowHandle<typeof RestartSeid>;
  let mayFail: PromiseWithResolvers<never>;
  let sent: string | undefined;
  let verdict: Verdict | undefined;
  let permit: Parameters<Activities['mirrorStatus']>[0]['permit'];

  beforeEach(() => {
    mayFail = Promise.withResolvers<never>();
  });

  /** Cancels in the middle of an activity, which then fails, until the workflow has ended as cancelled. */
  async function cancelDuring(activity: keyof Stubs): Promise<void> {
    const activities: Stubs = {
      checkTargetPhase: async () => ready,
      dispatchTask: async () => assert.fail('nothing is to be sent'),
      pollTask: async ({ knowledge }) => {
        ({ sent } = knowledge);
        return { state: 'absent', knowledge };
      },
      mirrorStatus: async (request) => {
        ({ verdict, permit } = request);
        return undefined;
      },
      [activity]: () => mayFail.promise,
    };
    await using worker = await StubbedWorker.start(
      activities,
      fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    );
    handle = await worker.client.workflow.start<typeof RestartSeid>('RestartSeid', {
      taskQueue: worker.taskQueue,
      workflowId: randomUUID(),
      args: [input],
    });
    await eventually('the activity runs', async () => (await pendingActivity())?.activityType?.name === activity);
    await handle.cancel();
    await eventually('it was asked to cancel', async () =>
      (await handle.fetchHistory()).events?.some((event) => event.activityTaskCancelRequestedEventAttributes),
    );
    mayFail.reject(new Error('took too long'));
    await assert.rejects(handle.result(), ({ cause }: WorkflowFailedError) => cause instanceof CancelledFailure);
  }

  async function pendingActivity() {
    const { raw } = await handle.describe();
    return raw.pendingActivities?.[0];
  }

  it('ends as Cancelled, with nothing sent, when that was the check of its target', async () => {
    await cancelDuring('checkTargetPhase');
    assert.equal(verdict?.reason, 'Cancelled');
    assert.match(verdict.message, messagePattern('Cancelled', 'unsent', { node: nodeText(input.node) }));
    // The check may have acquired it before its worker was lost.
    assert.deepEqual(permit, { permitId: permitIdOf(input.cluster, input.node), holder: handle.workflowId });
  });

  it('is looked up on the sidecar when that was the dispatch: it may have been sent', async () => {
    await cancelDuring('dispatchTask');
    assert.equal(verdict?.reason, 'Cancelled');
    assert.equal(sent, 'perhaps');
  });
});
