import assert from 'node:assert/strict';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import type { Attempt } from '../../activities/attempt.ts';
import type { TargetDependencies } from '../../activities/check-target.ts';
import { PermitLine } from '../../activities/permit-line.ts';
import { TargetWait } from '../../activities/target-wait.ts';
import { chainPermitIdOf } from '../../api/temporal/permit-id.ts';
import type { HeldTask } from '../../api/sidecar/sidecar-activity.ts';
import type { BegunTask } from '../../api/temporal/task-input.ts';
import type { TargetWaitState } from '../../core/activities.ts';
import { whereabouts } from '../../api/reasons.ts';
import { guardTimedOut } from '../../core/guard/guard-obstacle.ts';
import { planTask } from '../../core/task-plan.ts';
import { present } from '../../lib/present.ts';
import { CHAIN, chainOf, NOW_MS } from '../core/guard/observations.ts';
import { noLog } from '../support/recorded-log.ts';

const HOLDER = 'o';
const CHAIN_PERMIT = chainPermitIdOf(CHAIN);
const node = { namespace: CHAIN, name: 'validator-0' };
const planned = planTask(
  'RestartSeid',
  { node, payload: {}, guard: { mode: 'Enforce' } },
  { workflowId: HOLDER, firstRunId: 'r', cluster: 'c' },
);
const plan = 'plan' in planned ? planned.plan : assert.fail(planned.verdict.message);

/** The wait of a second attempt; the first one acquired both permits, and its worker was lost. @returns What it holds. */
async function heldAfterLoss(
  earlier: Partial<TargetWaitState>,
  {
    silent = [],
    tasks = [],
    begun,
  }: {
    readonly silent?: readonly number[];
    readonly tasks?: readonly HeldTask[];
    /** Set: others had begun the task, and the dispatch has not found it. */
    readonly begun?: BegunTask;
  },
): Promise<readonly string[]> {
  const held = new Set([CHAIN_PERMIT, 'the permit of the node']);
  const dependencies = {
    seiNodes: {
      get: async () => ({
        metadata: { ...node, uid: 'u' },
        spec: { chainId: CHAIN, validator: {} },
        status: { phase: 'Running' },
      }),
    },
    chains: { read: async () => ({ ...chainOf({ powers: [10, 10, 10, 10], silent }), readFromMs: NOW_MS }) },
    restarts: { read: async () => [], write: async () => undefined },
    sidecar: { listTasks: async () => tasks },
    permits: {
      acquire: async () => ({ runId: 'p' }),
      isHeldBy: async (permitId: string) => held.has(permitId),
      release: async (permitId: string) => held.delete(permitId),
    },
    log: noLog,
    events: { record: async () => undefined },
  } as unknown as TargetDependencies;
  const attempt = {
    nowMs: NOW_MS,
    elapsedMs: 0,
    signal: new AbortController().signal,
    earlier,
    heartbeat: () => undefined,
    sleep: async () => undefined,
  } as unknown as Attempt<TargetWaitState>;
  const context = { info: { workflowExecution: { workflowId: HOLDER, runId: 'r' } } } as unknown as Context;
  await asyncLocalStorage.run(context, async () => {
    using wait = new TargetWait(dependencies, {
      plan: { ...plan, ...present({ begun }) },
      attempt,
      line: new PermitLine(),
      chainLine: new PermitLine(),
    });
    assert.equal(await wait.pass(), undefined);
  });
  return [...held];
}

describe('a task that the guard has held back until its queueTimeout', () => {
  for (const [begun, said] of [
    [false, whereabouts.guarded],
    [true, whereabouts.begunAndQueued],
  ] as const)
    it(begun ? 'may have been sent when others had begun it' : 'was not sent', () => {
      const obstacle = { by: 'chain', chainId: CHAIN, holder: 'other' } as const;
      const { message } = guardTimedOut(node, obstacle, { timeoutMs: 60_000, begun });
      assert.ok(message.includes(said), message);
    });
});

describe('a task that waits after the worker was lost that had acquired the permit of its chain', () => {
  it('leaves the chain to others while the guard holds it back', async () => {
    const earlier = { guard: { verdict: 'QuorumAtRisk' } } as Partial<TargetWaitState>;
    assert.ok(!(await heldAfterLoss(earlier, { silent: [3] })).includes(CHAIN_PERMIT));
  });

  it('waits for the guard after the dispatch held it back, also when others had begun it', async () => {
    const heldBy = { by: 'chain', chainId: CHAIN, holder: 'other' } as const;
    const begun = { taskId: plan.task.taskId, accepted: false };
    assert.ok(!(await heldAfterLoss({ heldBy }, { silent: [3], begun })).includes(CHAIN_PERMIT));
  });

  it('leaves the chain to others while its node is restarted by another task', async () => {
    const tasks = [{ id: 'other', type: 'restart-seid', status: 'running' }] as unknown as readonly HeldTask[];
    assert.ok(!(await heldAfterLoss({}, { tasks })).includes(CHAIN_PERMIT));
  });
});
