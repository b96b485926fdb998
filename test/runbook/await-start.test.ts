import assert from 'node:assert/strict';
import { SidecarError } from '../../activities/errors.ts';
import { GuardWaits } from '../../activities/guard-waits.ts';
import type { HeldTask } from '../../api/sidecar/sidecar-activity.ts';
import { awaitNodeStart, type StartDependencies } from '../../activities/runbook/await-start.ts';
import type { ChainObservation } from '../../core/guard/chain-observation.ts';
import type { StartRequest, StartResult } from '../../core/runbook/runbook-activities.ts';
import type { ResourceClient } from '../../kubernetes/resource-client.ts';
import { RecordedMetrics } from '../support/recorded-metrics.ts';
import { FakeClock } from './fake-clock.ts';
import {
  CHAIN,
  HEIGHT,
  NAMESPACE,
  READ_AT,
  chainObservation,
  chainSource,
  observedNode,
  observedValidator,
} from './made-up-chain.ts';
import { madeUpPlan } from './made-up-plan.ts';

const HOUR = 3_600_000;
const request: StartRequest = {
  plan: madeUpPlan,
  node: 'a',
  nodes: ['a', 'b'],
  running: [],
  slots: 1,
};
const powers = { 1: 1 };
const sources = ['b', 'c'].map((name) => chainSource(name, { powers }));
const well = chainObservation(
  ['a', 'b', 'c'].map((name) => observedNode(name)),
  sources,
);
const asValidator = chainObservation(
  [observedValidator('a', 1), ...['b', 'c'].map((name) => observedNode(name))],
  ['b', 'c'].map((name) => chainSource(name, { powers: { 1: 1, 2: 9 } })),
);
const other = (message: string): ChainObservation =>
  chainObservation([observedNode('a'), observedNode('b', { phase: message }), observedNode('c')], sources);
const seiNode = {
  metadata: { name: 'a', namespace: NAMESPACE, uid: 'u' },
  spec: { chainId: CHAIN, fullNode: {} },
  status: { phase: 'Running' },
};

/** What else is being done, by the ids of permits. */
interface Work {
  readonly holders?: Readonly<Record<string, string>>;
  readonly tasks?: readonly HeldTask[] | SidecarError;
}

function dependenciesOf({ holders = {}, tasks = [] }: Work = {}): Omit<StartDependencies, 'chain' | 'seiNodes'> {
  return {
    restarts: { read: async () => await Promise.resolve([]) },
    permits: {
      holderOf: async (id) => {
        const workflowId = holders[id];
        return await Promise.resolve(workflowId === undefined ? undefined : { runId: 'r', workflowId });
      },
    },
    sidecar: {
      listTasks: async () =>
        tasks instanceof SidecarError ? await Promise.reject(tasks) : await Promise.resolve([...tasks]),
    },
    workflowId: 'me',
  };
}

async function wait(
  change: Partial<StartRequest>,
  {
    reads = [well],
    node = seiNode,
    clock = new FakeClock(READ_AT),
    work,
    guardWaits,
  }: {
    reads?: readonly ChainObservation[];
    node?: object | undefined;
    clock?: FakeClock;
    work?: Work;
    guardWaits?: GuardWaits;
  } = {},
): Promise<StartResult> {
  let count = 0;
  const chain = {
    read: async () => {
      count += 1;
      return await Promise.resolve(reads[count - 1] ?? (reads.at(-1) as ChainObservation));
    },
  };
  const seiNodes = { get: async () => await Promise.resolve(node) } as unknown as ResourceClient;
  const dependencies = { ...dependenciesOf(work), chain, seiNodes, guardWaits };
  return await awaitNodeStart(dependencies, { ...request, ...change }, clock);
}

describe('the wait for the start of a node', () => {
  it('ends when nothing is in the way, with the height of the node and what the guard found', async () => {
    assert.partialDeepStrictEqual(await wait({}), {
      state: 'ready',
      height: HEIGHT,
      guard: { verdict: 'NotAValidator' },
    });
  });

  it('judges blocks at the time after a chain was read: that may take long', async () => {
    const clock = new FakeClock(READ_AT);
    const chain: StartDependencies['chain'] = {
      read: async ({ nowMs = Date.now }) => {
        await clock.sleep(20_000);
        const nodes = asValidator.nodes.map((node) => ({
          ...node,
          ...(node.status && { status: { ...node.status, blockTimeMs: nowMs() - 400 } }),
        }));
        return { ...asValidator, nodes };
      },
    };
    const seiNodes = { get: async () => await Promise.resolve(seiNode) } as unknown as ResourceClient;
    const result = await awaitNodeStart({ ...dependenciesOf(), chain, seiNodes }, request, clock);
    assert.partialDeepStrictEqual(result, { state: 'ready', guard: { verdict: 'Allowed' } });
  });

  it('returns at once with something in the way that is not shown yet', async () => {
    const clock = new FakeClock(READ_AT);
    const result = await wait({}, { reads: [other('Failed')], clock });
    assert.partialDeepStrictEqual(result, { state: 'waiting', obstacle: { reason: 'Unavailable' } });
    assert.equal(clock.sleeps, 0);
  });

  it('waits for what is shown, and ends when it is no longer in the way', async () => {
    const shown = { reason: 'Unavailable', message: 'b' } as const;
    const clock = new FakeClock(READ_AT);
    const result = await wait({ shown }, { reads: [other('Failed'), other('Failed'), well], clock });
    assert.equal(result.state, 'ready');
    assert.equal(clock.sleeps, 2);
  });

  it('returns another message about the same after a while', async () => {
    const clock = new FakeClock(READ_AT);
    const result = await wait(
      { shown: { reason: 'Unavailable', message: 'an older one' } },
      { reads: [other('Failed')], clock },
    );
    assert.equal(result.state, 'waiting');
    assert.ok(clock.nowMs - READ_AT > 60_000);
  });

  it('sleeps until its window opens, and then checks everything else', async () => {
    const window = { timeZone: 'UTC', ranges: [{ from: '13:00', to: '14:00' }] };
    const plan = { ...request.plan, window };
    const clock = new FakeClock(READ_AT);
    const shown = { reason: 'OutsideWindow', message: 'The window opens at 2026-11-28T13:00:00Z.' } as const;
    assert.equal((await wait({ plan, shown }, { clock })).state, 'ready');
    assert.equal(clock.nowMs, READ_AT + HOUR);
  });

  const restart: HeldTask = { id: 'other', type: 'restart-seid', status: 'running' };
  const ended: HeldTask = { ...restart, status: 'completed', completedAt: new Date(READ_AT - 60_000).toISOString() };
  const nodePermit = `seinode-permit/c/${NAMESPACE}/a`;
  const chainPermit = `seichain-permit/${CHAIN}`;
  const runbook = 'seinoderunbook/arctic-1/nightly/uid/a/1';
  const busy: Readonly<Record<string, readonly [work: Work, reason: string, message: RegExp]>> = {
    'another runbook has the node': [{ holders: { [nodePermit]: runbook } }, 'Queued', /SeiNodeRunbook nightly\b/],
    'another client restarts the node': [{ tasks: [restart] }, 'Queued', /\bother\b/],
    'another task may take down a validator': [
      { holders: { [chainPermit]: 'seinodetask/arctic-1/by-hand/uid' } },
      'Guarded',
      /SeiNodeTask by-hand\b/,
    ],
    'it was restarted a minute ago': [{ tasks: [ended] }, 'Guarded', /restarted at /],
  };
  for (const [what, [work, reason, message]] of Object.entries(busy)) {
    it(`waits while ${what}, and says so`, async () => {
      const result = await wait({}, { reads: [asValidator], work });
      assert.ok(result.state === 'waiting', JSON.stringify(result));
      assert.equal(result.obstacle.reason, reason);
      assert.match(result.obstacle.message, message);
    });
  }

  it('does not wait for its own permit, for the permit of a chain that the node does not vote on, or for a sidecar that does not answer', async () => {
    assert.equal((await wait({}, { work: { holders: { [nodePermit]: 'me' } } })).state, 'ready');
    assert.equal((await wait({}, { work: { holders: { [chainPermit]: runbook } } })).state, 'ready');
    const tasks = new SidecarError('SIDECAR_UNREACHABLE', 'no answer', { mayHaveArrived: false });
    assert.equal((await wait({}, { work: { tasks } })).state, 'ready');
  });

  it('measures for how long the guard holds the node back', async () => {
    const alone = chainObservation([observedValidator('a', 1), observedNode('b'), observedNode('c')], sources);
    const spared = chainObservation(
      [observedValidator('a', 1), observedNode('b'), observedNode('c')],
      ['b', 'c'].map((name) => chainSource(name, { powers: { 1: 1, 2: 9 } })),
    );
    const metrics = new RecordedMetrics();
    const hold = { by: 'QuorumAtRisk', sinceMs: READ_AT - HOUR } as const;
    const shown = { reason: 'Guarded', message: 'At risk.' } as const;
    const guardWaits = new GuardWaits(metrics);
    const result = await wait({ shown, hold }, { reads: [alone, spared], guardWaits });
    assert.equal(result.state, 'ready');
    const lines = metrics.lines.filter((line) => line.includes('verdict=QuorumAtRisk'));
    assert.deepEqual(
      lines.filter((line) => line.startsWith('sei_guard_waiters')),
      [0, 1, 0].map((count) => `sei_guard_waiters verdict=QuorumAtRisk ${count}`),
    );
    assert.ok(lines.includes('sei_guard_longest_wait_seconds verdict=QuorumAtRisk 3600'), lines.join());
    assert.ok(lines.includes('sei_guard_wait_duration_seconds verdict=QuorumAtRisk'), lines.join());
  });

  const unusable: Readonly<Record<string, readonly [node: object | undefined, reason: string]>> = {
    'no longer exists': [undefined, 'NodeGone'],
    'is being deleted, and a finalizer keeps it': [
      { ...seiNode, metadata: { ...seiNode.metadata, deletionTimestamp: '2026-11-28T12:00:00Z' } },
      'NodeGone',
    ],
    'is Terminating': [{ ...seiNode, status: { phase: 'Terminating' } }, 'NodeGone'],
    'is on another chain': [{ ...seiNode, spec: { chainId: 'test-2' } }, 'ChainIdMismatch'],
    'is on no chain': [{ ...seiNode, spec: {} }, 'ChainIdMismatch'],
  };
  for (const [what, [node, reason]] of Object.entries(unusable)) {
    it(`ends when the SeiNode ${what}`, async () => {
      const seiNodes = { get: async () => await Promise.resolve(node) } as unknown as ResourceClient;
      const chain = { read: () => assert.fail('the chain was read') };
      const dependencies = { ...dependenciesOf(), chain, seiNodes };
      const result = await awaitNodeStart(dependencies, request, new FakeClock(READ_AT));
      assert.partialDeepStrictEqual(result, { state: 'unusable', reason });
    });
  }
});
