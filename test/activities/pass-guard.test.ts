import assert from 'node:assert/strict';
import type { ChainReader } from '../../activities/chain/chain-reader.ts';
import type { ChainRestarts } from '../../activities/chain-restarts.ts';
import type { NodePermits } from '../../activities/node-permits.ts';
import { endRestart, passGuard, recordRestart, type GuardDependencies } from '../../activities/pass-guard.ts';
import type { ChainObservation, NodeStatus } from '../../core/guard/chain-observation.ts';
import { decideGuard } from '../../core/guard/decide-guard.ts';
import type { RecentRestart } from '../../core/guard/guard-situation.ts';
import { KubernetesResponseError } from '../../kubernetes/errors.ts';
import { addressOf, CHAIN, chainOf, CLUSTER, node, NOW_MS, settings, situationOf } from '../core/guard/observations.ts';
import { ADDRESS_OF_NO_KEY } from '../../core/guard/guard-situation.ts';

const TEN = Array.from({ length: 10 }, () => 10);
const PERMIT = `seichain-permit/${CHAIN}`;
const target = { namespace: CHAIN, name: 'validator-0' };

/** A chain, its record, and the calls in their order. `holder`: who has its permit. */
class World {
  readonly calls: string[] = [];
  recent: readonly RecentRestart[] = [];
  holder: string | undefined;
  askedLast: readonly string[] = [];
  observation: ChainObservation | Error = chainOf({ powers: TEN });

  get dependencies(): GuardDependencies {
    const restarts = {
      read: async () => this.recent,
      write: async (_chainId: string, recent: readonly RecentRestart[]) => {
        this.calls.push('write');
        this.recent = recent;
      },
    } as unknown as ChainRestarts;
    const permits = {
      isHeldBy: async (_permitId: string, holder: string) => this.holder === holder,
      release: async () => {
        this.calls.push('release');
        this.holder = undefined;
      },
    } as unknown as NodePermits;
    const read = async ({ last = [] }: Parameters<ChainReader['read']>[0]) => {
      this.calls.push('read');
      this.askedLast = last.map(({ name }) => name);
      if (this.observation instanceof Error) throw this.observation;
      return { ...this.observation, readFromMs: NOW_MS };
    };
    return { chains: { read }, restarts, permits };
  }

  async pass(role: 'validator' | 'fullNode' = 'validator') {
    const question = {
      guard: { mode: 'Enforce', minSources: 2, overridden: [] },
      target: { ...situationOf().target, role },
      cluster: CLUSTER,
      lastRestartMs: undefined,
      attempt: { nowMs: NOW_MS, signal: new AbortController().signal },
    } as const;
    return await passGuard(this.dependencies, question, async (permitId) => {
      this.calls.push(`acquire ${permitId}`);
      return this.holder;
    });
  }
}

describe('the guard of a task', () => {
  it('reads the chain of a validator after it has acquired the permit', async () => {
    const world = new World();
    assert.ok('decision' in (await world.pass()));
    assert.deepEqual(world.calls, [`acquire ${PERMIT}`, 'read']);
  });

  it('waits for whoever has the permit of the chain, and reads nothing', async () => {
    const world = new World();
    world.holder = 'other';
    assert.deepEqual(await world.pass(), { obstacle: { by: 'chain', chainId: CHAIN, holder: 'other' } });
    assert.deepEqual(world.calls, [`acquire ${PERMIT}`]);
  });

  it('needs no permit for a full node', async () => {
    const world = new World();
    world.observation = chainOf({ powers: TEN, nodes: [node('validator-0', { address: ADDRESS_OF_NO_KEY })] });
    assert.ok('decision' in (await world.pass('fullNode')));
    assert.deepEqual(world.calls, ['read']);
  });

  it('reads the chain again when a node turns out to be a validator', async () => {
    const world = new World();
    assert.ok('decision' in (await world.pass('fullNode')));
    assert.deepEqual(world.calls, ['read', `acquire ${PERMIT}`, 'read']);
  });

  it('waits when the API server does not list the nodes, and a full node does not', async () => {
    const world = new World();
    world.observation = new KubernetesResponseError('The API server does not answer.');
    const pass = await world.pass();
    assert.ok('obstacle' in pass && pass.obstacle.by === 'guard');
    assert.equal(pass.obstacle.numbers.verdict, 'ChainDataUnavailable');
    assert.ok('decision' in (await world.pass('fullNode')));
  });

  it('counts what was restarted before', async () => {
    const world = new World();
    const restart = { cluster: CLUSTER, namespace: CHAIN, sentAtMs: NOW_MS - 60_000, endedAtMs: NOW_MS };
    world.recent = [1, 2, 3].map((index) => ({ ...restart, name: `validator-${index}`, address: addressOf(index) }));
    const pass = await world.pass();
    assert.ok('obstacle' in pass && pass.obstacle.by === 'guard');
    assert.equal(pass.obstacle.numbers.verdict, 'QuorumAtRisk');
    assert.deepEqual(
      world.askedLast,
      ['validator-1', 'validator-2', 'validator-3'],
      'others have the slots of sources',
    );
  });
});

/** How many restarts still count for another validator, while everybody signs. */
function recordedAt(recent: readonly RecentRestart[], nowMs: number): number {
  const chain = chainOf({ powers: TEN });
  const observation = {
    ...chain,
    readFromMs: nowMs,
    nodes: chain.nodes.map((each) => ({
      ...each,
      status: { ...(each.status as NodeStatus), blockTimeMs: nowMs - 500 },
    })),
    sources: chain.sources.map((source) => ({
      ...source,
      commits: source.commits.map((commit) => ({ ...commit, timeMs: nowMs - (NOW_MS - (commit.timeMs ?? 0)) })),
    })),
  };
  const situation = situationOf('validator-1', { recent, permittedAtMs: nowMs });
  return decideGuard(observation, situation, settings, nowMs).recent.length;
}

describe('the record of a restart', () => {
  async function sent(world: World, holder = 'me') {
    const pass = await world.pass();
    assert.ok('decision' in pass);
    world.holder = holder;
    const { decision } = pass;
    const restart = { decision, holder, cluster: CLUSTER, node: target, nowMs: NOW_MS };
    await recordRestart(world.dependencies, CHAIN, restart);
  }
  const open = { cluster: CLUSTER, ...target, address: addressOf(0), holder: 'me', sentAtMs: NOW_MS };

  it('is there once before the task is sent, however often it is sent', async () => {
    const world = new World();
    await sent(world);
    await recordRestart(world.dependencies, CHAIN, {
      decision: { recent: world.recent, address: addressOf(0) } as never,
      holder: 'me',
      cluster: CLUSTER,
      node: target,
      nowMs: NOW_MS,
    });
    assert.deepEqual(world.recent, [open]);
  });

  it('gets the end of the task, and the permit is released after that', async () => {
    const world = new World();
    await sent(world);
    world.calls.length = 0;
    await endRestart(world.dependencies, CHAIN, {
      holder: 'me',
      sent: 'yes',
      endedAtMs: NOW_MS + 5,
      wasSeenToEnd: true,
    });
    assert.deepEqual(world.recent, [{ ...open, endedAtMs: NOW_MS + 5 }]);
    assert.deepEqual(world.calls, ['write', 'release']);
  });

  it('is removed when nothing was sent', async () => {
    const world = new World();
    await sent(world);
    await endRestart(world.dependencies, CHAIN, { holder: 'me', sent: 'no', endedAtMs: NOW_MS });
    assert.deepEqual(world.recent, []);
  });

  it('is kept when an earlier part of the task may have been sent', async () => {
    const world = new World();
    await sent(world);
    await endRestart(world.dependencies, CHAIN, { holder: 'me', sent: 'perhaps', endedAtMs: NOW_MS });
    const kept = world.recent;
    world.holder = 'me';
    await endRestart(world.dependencies, CHAIN, { holder: 'me', sent: 'no', endedAtMs: NOW_MS + 5 });
    assert.equal(kept.length, 1);
    assert.deepEqual(world.recent, kept);
  });

  it('holds others back while a node that is not watched any longer may still go down', async () => {
    for (const watchedMs of [8_000, 1_800_000]) {
      const world = new World();
      await sent(world);
      const endedAtMs = NOW_MS + watchedMs;
      await endRestart(world.dependencies, CHAIN, { holder: 'me', sent: 'yes', endedAtMs });
      assert.equal(world.holder, undefined);
      // The pod has not been replaced yet, and its validator has signed all blocks.
      for (const [afterMs, recorded] of [
        [10_000, 1],
        [590_000, 1],
        [610_000, 0],
      ] as const)
        assert.equal(recordedAt(world.recent, endedAtMs + afterMs), recorded, `${afterMs} ms after ${watchedMs} ms`);
    }
  });

  it('is over with the first signature after an end that was seen', async () => {
    const world = new World();
    await sent(world);
    const end = { holder: 'me', sent: 'yes', endedAtMs: NOW_MS + 8_000, wasSeenToEnd: true } as const;
    await endRestart(world.dependencies, CHAIN, end);
    assert.equal(recordedAt(world.recent, NOW_MS + 10_000), 0);
  });

  it('is not changed by a workflow that does not hold the permit', async () => {
    const world = new World();
    await sent(world, 'other');
    await endRestart(world.dependencies, CHAIN, { holder: 'me', sent: 'yes', endedAtMs: NOW_MS });
    assert.deepEqual(world.recent, [{ ...open, holder: 'other' }]);
    assert.equal(world.holder, 'other');
  });
});
