import assert from 'node:assert/strict';
import { GateWait } from '../../activities/runbook/gate-node.ts';
import type { ChainObservation, NodeStatus } from '../../core/guard/chain-observation.ts';
import type { GateProgress, GateRequest } from '../../core/runbook/runbook-activities.ts';
import type { RunbookDependencies } from '../../activities/runbook/runbook-dependencies.ts';
import { FakeClock } from './fake-clock.ts';
import { CHAIN, HEIGHT, NAMESPACE, READ_AT, chainObservation, observedNode } from './made-up-chain.ts';

const request: GateRequest = {
  node: { namespace: NAMESPACE, name: 'target' },
  isValidator: false,
  plan: {
    cluster: 'c',
    chainId: CHAIN,
    gate: { blocks: 10, timeoutMs: 60_000, maxLag: 5, signing: true },
    guard: { minSources: 2 },
  },
};
const OLD = { firstHeight: HEIGHT, blockTimeMs: READ_AT - 60_000 };

/** All three nodes of the chain at a height, or the target down. */
function at(height: number, target: Partial<NodeStatus> | 'none' = { height }): ChainObservation {
  const status = { height };
  return chainObservation([
    observedNode('target', { status: target }),
    observedNode('a', { status }),
    observedNode('b', { status }),
  ]);
}
const halted = chainObservation([
  observedNode('target', { status: OLD }),
  observedNode('a', { status: OLD }),
  observedNode('b', { status: OLD }),
]);

/** A chain that makes blocks while the target does not answer. */
const withoutTarget = Array.from({ length: 100 }, (_, index) => at(HEIGHT + index, 'none'));

/** A wait for which the chain is read as in the list; the last of it repeats. */
function waitFor(
  reads: readonly ChainObservation[],
  earlier?: GateProgress,
): { wait: GateWait; clock: FakeClock; readCount: () => number } {
  const clock = new FakeClock(READ_AT);
  let count = 0;
  const chain = {
    read: async ({ nowMs }: Parameters<RunbookDependencies['chain']['read']>[0]) => {
      assert.equal(nowMs?.(), clock.nowMs);
      count += 1;
      return await Promise.resolve(reads[count - 1] ?? (reads.at(-1) as ChainObservation));
    },
  };
  return { wait: new GateWait(chain, request, clock, earlier), clock, readCount: () => count };
}

describe('the wait at a gate', () => {
  it('passes when the node has enough blocks beyond the head of the first read', async () => {
    const { wait, readCount } = waitFor([
      at(HEIGHT, 'none'),
      at(HEIGHT + 5),
      at(HEIGHT + 9),
      at(HEIGHT + 10),
      at(HEIGHT + 11),
    ]);
    const result = await wait.run();
    assert.partialDeepStrictEqual(result, {
      state: 'passed',
      progress: { headAtRestart: HEIGHT, height: HEIGHT + 10 },
    });
    assert.equal(readCount(), 4);
  });

  it('continues with what an earlier attempt found', async () => {
    const { wait } = waitFor([at(HEIGHT + 10)], { headAtRestart: HEIGHT, waitedMs: 50_000 });
    assert.equal((await wait.run()).state, 'passed');
  });

  it('times out with what was missing, and not before', async () => {
    const { wait, clock } = waitFor(withoutTarget);
    const { state, progress } = await wait.run();
    assert.equal(state, 'timed-out');
    assert.ok(progress.waitedMs >= 60_000 && progress.waitedMs < 65_000, `${progress.waitedMs}`);
    assert.match(progress.message ?? '', /RPC/);
    assert.deepEqual(clock.heartbeats.at(-1), progress);
  });

  it('times out after what is left, over attempts', async () => {
    const { wait, clock } = waitFor(withoutTarget, { waitedMs: 55_000 });
    assert.equal((await wait.run()).state, 'timed-out');
    assert.ok(clock.nowMs - READ_AT < 10_000);
  });

  it('does not count time without a new block before it is known that the chain is halted, and counts it otherwise', async () => {
    const still = Array.from({ length: 20 }, () => at(HEIGHT, 'none'));
    const known = { headAtRestart: HEIGHT, waitedMs: 55_000 };
    assert.equal((await waitFor([...still, halted], known).wait.run()).state, 'halted');
    const { wait, readCount } = waitFor([...still, at(HEIGHT + 1, 'none')], known);
    assert.equal((await wait.run()).state, 'timed-out');
    assert.equal(readCount(), still.length + 1);
  });

  it('says once that the chain is halted, and once that it makes blocks again, and does not count the time between', async () => {
    const first = await waitFor([at(HEIGHT), halted]).wait.run();
    assert.equal(first.state, 'halted');
    const hours = Array.from({ length: 3_000 }, () => halted);
    const second = await waitFor([...hours, at(HEIGHT + 1)], first.progress).wait.run();
    assert.equal(second.state, 'resumed');
    assert.ok(second.progress.waitedMs < 10_000, `${second.progress.waitedMs}`);
    const third = await waitFor([at(HEIGHT + 10)], second.progress).wait.run();
    assert.equal(third.state, 'passed');
  });
});
