import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Activities } from '../../core/activities.ts';
import type { RunbookActivities, StartRequest, StartResult } from '../../core/runbook/runbook-activities.ts';
import { madeUpPlan } from '../runbook/made-up-plan.ts';
import { StubbedWorker } from '../support/stubbed-worker.ts';
import type { HoldNode } from './guarded-runbook.ts';

const { namespace, chainId } = madeUpPlan;

type Stubs = Pick<RunbookActivities, 'planRunbook' | 'awaitStart'> &
  Pick<Activities, 'acquireNodePermit' | 'releaseNodePermit'>;

describe('a guarded node that others hold once it may be down', () => {
  it('is checked again before the next try, and held by nobody in between', async () => {
    const done: string[] = [];
    const asked: StartRequest['shown'][] = [];
    const checks: StartResult[] = [
      { state: 'ready' },
      { state: 'waiting', obstacle: { reason: 'OutsideWindow', message: 'It opens at noon.' } },
      { state: 'ready' },
    ];
    const activities: Stubs = {
      planRunbook: async () => ({
        state: 'planned',
        plan: madeUpPlan,
        nodes: [{ name: 'a', isValidator: true }],
        lines: [],
        settings: { paused: false, skipNodes: [] },
      }),
      awaitStart: async ({ shown }) => {
        const result = checks.shift() ?? assert.fail('one check too many');
        done.push(result.state);
        asked.push(shown);
        return result;
      },
      acquireNodePermit: async (_node, limit) => {
        assert.ok(limit !== undefined, 'the wait is bounded');
        const isFirst = !done.includes('busy');
        done.push(isFirst ? 'busy' : 'acquired');
        return isFirst ? { waitingFor: 'Somebody has it.' } : undefined;
      },
      releaseNodePermit: async () => {
        done.push('released');
      },
    };
    await using worker = await StubbedWorker.start(
      activities,
      fileURLToPath(new URL('./guarded-runbook.ts', import.meta.url)),
    );
    const result = await worker.client.workflow.execute<typeof HoldNode>('HoldNode', {
      taskQueue: worker.taskQueue,
      workflowId: randomUUID(),
      args: [{ namespace, name: 'a' }, { chainId }],
    });
    assert.equal(result, 'a');
    assert.deepEqual(done, ['ready', 'busy', 'released', 'waiting', 'ready', 'acquired', 'released']);
    assert.deepEqual(asked, [
      undefined,
      { reason: 'Queued', message: 'Somebody has it.' },
      { reason: 'OutsideWindow', message: 'It opens at noon.' },
    ]);
  });
});
