import assert from 'node:assert/strict';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import type { Attempt } from '../../activities/attempt.ts';
import type { TargetDependencies } from '../../activities/check-target.ts';
import { DispatchGuard } from '../../activities/dispatch-guard.ts';
import { TaskDispatch } from '../../activities/dispatch-task.ts';
import type { SidecarTask } from '../../api/sidecar/sidecar-task.ts';
import type { DispatchHeartbeat } from '../../core/activities.ts';
import type { RecentRestart } from '../../core/guard/guard-situation.ts';
import type { Knowledge } from '../../core/knowledge.ts';
import { planTask } from '../../core/task-plan.ts';
import { present } from '../../lib/present.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { CHAIN, chainOf, NOW_MS } from '../core/guard/observations.ts';

const node = { namespace: CHAIN, name: 'validator-0' };
const PERMIT = `seichain-permit/${CHAIN}`;
const OWN = 'own-workflow';
const planned = planTask(
  'RestartSeid',
  { node, payload: {}, guard: { mode: 'Enforce' } },
  { workflowId: OWN, firstRunId: 'r', cluster: 'c' },
);
const plan = 'plan' in planned ? planned.plan : assert.fail(planned.verdict.message);
const seiNode = {
  metadata: { ...node, uid: 'u' },
  spec: { chainId: CHAIN, validator: {} },
  status: { phase: 'Running' },
};

/** Dispatches a task that has the permit of its chain. @returns What became of it and of the permit. */
async function dispatched(world: {
  readonly silent?: readonly number[];
  readonly others?: readonly SidecarTask[];
  /** What an earlier attempt left. */
  readonly knowledge?: Knowledge;
  /** How much of its execution time is used up, in milliseconds. Unset: it has not begun. */
  readonly elapsedMs?: number;
  /** Whether the wait for the guard was left out: others had begun the task. */
  readonly isAdopted?: boolean;
}) {
  const released: string[] = [];
  let recent: readonly RecentRestart[] = [{ cluster: 'c', ...node, holder: OWN, sentAtMs: NOW_MS - 60_000 }];
  const { silent = [], others = [], knowledge = { sent: 'no' }, isAdopted = false } = world;
  let isCancelled = false;
  const permits = {
    acquire: async () => ({ runId: 'p' }),
    isHeldBy: async () => released.length === 0,
    release: async (permitId: string, holder: string) => released.push(`${permitId} ${holder}`),
  };
  const dependencies = {
    sidecar: { getTask: async () => undefined, isAlive: async () => true, listTasks: async () => others },
    seiNodes: { get: async () => seiNode },
    chains: { read: async () => ({ ...chainOf({ powers: [10, 10, 10, 10], silent }), readFromMs: NOW_MS }) },
    restarts: {
      read: async () => recent,
      write: async (_chainId: string, next: readonly RecentRestart[]) => void (recent = next),
    },
    permits,
    log: new RecordedLog().log,
  } as unknown as TargetDependencies;
  const attempt = {
    nowMs: NOW_MS,
    elapsedMs: 0,
    get isCancelled() {
      return isCancelled;
    },
    signal: new AbortController().signal,
    assume: () => undefined,
    heartbeat: () => undefined,
    confirm: async () => false,
    sleep: async () => void (isCancelled = true),
  } as unknown as Attempt<DispatchHeartbeat>;
  const request = {
    plan,
    request: { type: 'restart-seid' },
    knowledge,
    ...(isAdopted ? {} : { guard: { chainId: CHAIN } }),
    ...present({ elapsedMs: world.elapsedMs }),
  } as const;
  const context = { info: { workflowExecution: { workflowId: OWN, runId: 'r' } } } as Context;
  const { state } = await asyncLocalStorage.run(context, () => new TaskDispatch(dependencies, request, attempt).run());
  return { state, released, recorded: recent.length };
}

describe('a guarded task that may not be sent after all', () => {
  it('leaves the permit of its chain to others when the guard holds it back', async () =>
    assert.deepEqual(await dispatched({ silent: [3] }), {
      state: 'busy',
      released: [`${PERMIT} ${OWN}`],
      recorded: 0,
    }));

  it('leaves it to others when its node is busy', async () => {
    const restart = { id: 'other', type: 'restart-seid', status: 'running' } as const;
    assert.deepEqual(await dispatched({ others: [restart] }), {
      state: 'busy',
      released: [`${PERMIT} ${OWN}`],
      recorded: 0,
    });
  });

  it('leaves word of its restart when an earlier attempt may have sent it', async () => {
    const { state, recorded } = await dispatched({ silent: [3], knowledge: { sent: 'perhaps' } });
    assert.deepEqual([state, recorded], ['busy', 1]);
  });

  for (const [what, world] of Object.entries({
    'the guard holds it back': { silent: [3] },
    'its node is busy': { others: [{ id: 'other', type: 'restart-seid', status: 'running' }] as const },
  })) {
    it(`waits again when ${what} after its sidecar did not answer at first`, async () =>
      assert.deepEqual(await dispatched({ ...world, elapsedMs: 1_000 }), {
        state: 'busy',
        released: [`${PERMIT} ${OWN}`],
        recorded: 0,
      }));

    it(`is watched on when ${what} after it may have been sent, and leaves the permit to others`, async () =>
      assert.deepEqual(await dispatched({ ...world, elapsedMs: 1_000, knowledge: { sent: 'perhaps' } }), {
        state: 'cancelled',
        released: [`${PERMIT} ${OWN}`],
        recorded: 1,
      }));
  }

  it('leaves it to others also when it has never waited for the guard, because others had begun it', async () =>
    assert.deepEqual(await dispatched({ silent: [3], isAdopted: true }), {
      state: 'busy',
      released: [`${PERMIT} ${OWN}`],
      recorded: 0,
    }));

  it('keeps it when it is sent', async () => assert.deepEqual((await dispatched({})).released, []));
});

/** Evaluates twice with an override, 60 s after the last restart; the second time with other validators silent. */
async function evaluatedTwice(silent: readonly number[]) {
  const override = { checks: ['RestartedRecently', 'QuorumAtRisk'], reason: 'agreed' };
  const overridden = planTask(
    'RestartSeid',
    { node, payload: {}, guard: { mode: 'Enforce' }, override },
    { workflowId: OWN, firstRunId: 'r', cluster: 'c' },
  );
  assert.ok('plan' in overridden && overridden.plan.guard !== undefined);
  const log = new RecordedLog();
  const silences = [[], silent];
  const dependencies = {
    seiNodes: { get: async () => seiNode },
    chains: {
      read: async () => ({
        ...chainOf({ powers: [10, 10, 10, 10], silent: silences.shift() ?? [] }),
        readFromMs: NOW_MS,
      }),
    },
    restarts: { read: async () => [], write: async () => undefined },
    permits: { acquire: async () => ({ runId: 'p' }) },
    log: log.log,
  } as unknown as TargetDependencies;
  const guard = new DispatchGuard(dependencies, {
    plan: overridden.plan,
    guard: overridden.plan.guard,
    chainId: CHAIN,
    attempt: { nowMs: NOW_MS, signal: new AbortController().signal },
  });
  const context = { info: { workflowExecution: { workflowId: OWN, runId: 'r' } } } as Context;
  await asyncLocalStorage.run(context, async () => {
    for (let times = 0; times < 2; times += 1) assert.equal(await guard.evaluate(NOW_MS - 60_000), undefined);
  });
  return { told: log.of('GuardPassedOver').map(({ reason }) => reason), notice: guard.notice ?? '' };
}

describe('the override of a task that is evaluated again', () => {
  it('tells what only the second evaluation passes over', async () => {
    const { told, notice } = await evaluatedTwice([3]);
    assert.deepEqual(told, ['RestartedRecently', 'QuorumAtRisk']);
    assert.match(notice, /RestartedRecently.*QuorumAtRisk/);
  });

  it('tells a verdict once', async () => {
    const { told, notice } = await evaluatedTwice([]);
    assert.deepEqual(told, ['RestartedRecently']);
    assert.doesNotMatch(notice, /QuorumAtRisk/);
  });
});
