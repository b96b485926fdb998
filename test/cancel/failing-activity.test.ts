import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, type WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { nodeText } from '../../api/node-reference.ts';
import type { Verdict } from '../../api/temporal/task-outcome.ts';
import type { Activities } from '../../core/activities.ts';
import type { RestartSeid } from '../../workflows/tasks.ts';
import { planned } from '../core/planner.ts';
import { eventually } from '../support/eventually.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { sharedServers } from '../support/shared-servers.ts';

const ignore = (): void => {};
const input = {
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
  let stack: AsyncDisposableStack;
  let client: Client;
  let handle: WorkflowHandle<typeof RestartSeid>;
  let mayFail: PromiseWithResolvers<never>;
  let sent: string | undefined;
  let verdict: Verdict | undefined;

  beforeEach(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR', ignore), shutdownSignals: [] });
    stack = new AsyncDisposableStack();
    const { address, namespace } = (await sharedServers()).temporal;
    const connection = stack.adopt(await NativeConnection.connect({ address }), (opened) => opened.close());
    client = new Client({ connection, namespace });
    mayFail = Promise.withResolvers<never>();
  });

  afterEach(() => stack.disposeAsync());

  async function work(options: WorkerOptions): Promise<void> {
    const worker = await Worker.create(options);
    const run = worker.run();
    stack.defer(async () => {
      worker.shutdown();
      await run;
    });
  }

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
        ({ verdict } = request);
        return undefined;
      },
      [activity]: () => mayFail.promise,
    };
    const taskQueue = `failing-activity-${randomUUID()}`;
    const common = {
      connection: client.connection as NativeConnection,
      namespace: client.options.namespace,
      activities,
    };
    await work({
      ...common,
      taskQueue,
      workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    });
    handle = await client.workflow.start<typeof RestartSeid>('RestartSeid', {
      taskQueue,
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
  });

  it('is looked up on the sidecar when that was the dispatch: it may have been sent', async () => {
    await cancelDuring('dispatchTask');
    assert.equal(verdict?.reason, 'Cancelled');
    assert.equal(sent, 'perhaps');
  });
});
