import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { activityInfo, cancelled, heartbeat, sleep } from '@temporalio/activity';
import type { Activities } from '../../core/activities.ts';
import type { RunbookActivities } from '../../core/runbook/runbook-activities.ts';
import type { RunbookView } from '../../core/runbook/runbook-view.ts';
import type { RestartGatedNode } from '../../workflows/runbooks/restart-gated-node.ts';
import type { RollingRestart } from '../../workflows/runbooks/rolling-restart.ts';
import { eventually } from '../support/eventually.ts';
import { StubbedWorker } from '../support/stubbed-worker.ts';
import { wasAskedToCancel } from '../support/was-asked-to-cancel.ts';
import { workflowFailure } from '../support/workflow-failure.ts';
import { madeUpPlan } from './made-up-plan.ts';

type Stubs = RunbookActivities & Pick<Activities, 'acquireNodePermit' | 'releaseNodePermit'>;

const mirrorTo = { namespace: madeUpPlan.namespace, name: 'all', uid: 'u' };

async function beatForEver(): Promise<never> {
  for (;;) {
    heartbeat();
    await sleep(100);
  }
}

/** Until the workflow asks the activity to end. */
async function untilCancelled(): Promise<void> {
  await Promise.race([cancelled(), beatForEver()]).catch(() => undefined);
}

async function command(runbook: WorkflowHandle, verb: string): Promise<unknown> {
  return await runbook.executeUpdate('control', { args: [{ id: verb, verb }] });
}

describe('a command to a runbook that was cancelled or is about to end', () => {
  let worker: StubbedWorker;
  let mayFinish = false;
  let gates = 0;

  before(async () => {
    const activities: Stubs = {
      planRunbook: async ({ mirrorTo: resource, spec }) => ({
        state: 'planned',
        plan: { ...madeUpPlan, ...(resource === undefined ? {} : { mirrorTo: resource }) },
        nodes: [{ name: 'a', isValidator: false }],
        lines: [],
        settings: { paused: false, skipNodes: [], ...(spec as object) },
      }),
      awaitStart: async () => ({ state: 'ready' }),
      acquireNodePermit: async () => undefined,
      releaseNodePermit: async () => {},
      gateNode: async () => {
        gates += 1;
        await untilCancelled();
        return { state: 'interrupted', progress: { waitedMs: 0 } };
      },
      mirrorRunbook: async () => {
        await untilCancelled();
        return 'gone';
      },
      finishRunbook: async () => {
        if (!mayFinish) throw new Error(`attempt ${activityInfo().attempt} could not write the status`);
      },
    };
    worker = await StubbedWorker.start(activities, fileURLToPath(new URL('./stubbed-workflows.ts', import.meta.url)));
  });

  after(() => worker[Symbol.asyncDispose]());

  async function begin(input: object): Promise<WorkflowHandle<typeof RollingRestart>> {
    return await worker.client.workflow.start<typeof RollingRestart>('RollingRestart', {
      taskQueue: worker.taskQueue,
      workflowId: randomUUID(),
      args: [{ namespace: madeUpPlan.namespace, spec: {}, ...input }],
    });
  }

  it('is refused while the end is being written, and the view shows the end', async () => {
    const runbook = await begin({ mirrorTo, spec: { skipNodes: ['a'] } });
    const viewed = await eventually('the end is shown', async () => {
      const view = await runbook.query<RunbookView>('view');
      return view.phase === 'Complete' ? view : undefined;
    });
    await assert.rejects(
      command(runbook, 'pause'),
      (error) => error instanceof WorkflowUpdateFailedError && /\bhas ended\b/.test(String(error.cause)),
    );
    assert.deepEqual(await runbook.query<RunbookView>('view'), viewed);
    mayFinish = true;
    assert.partialDeepStrictEqual(await runbook.result(), { phase: 'Complete', counts: { skipped: 1 } });
  });

  it('ends the gate of the node at hand after a cancel, when it is promote', async () => {
    const runbook = await begin({});
    await eventually('the node is at its gate', () => gates > 0);
    await runbook.cancel();
    await eventually('the runbook is asked to cancel', () => wasAskedToCancel(runbook));
    await command(runbook, 'promote');
    assert.ok((await workflowFailure(runbook)) instanceof CancelledFailure);
    const node = worker.client.workflow.getHandle<typeof RestartGatedNode>(`${runbook.workflowId}/a/1`);
    assert.partialDeepStrictEqual(await node.result(), { state: 'passed' });
  });
});
