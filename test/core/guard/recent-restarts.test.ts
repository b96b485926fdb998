import assert from 'node:assert/strict';
import type { ChainCommit, ChainObservation } from '../../../core/guard/chain-observation.ts';
import { decideGuard, type GuardDecision } from '../../../core/guard/decide-guard.ts';
import { ADDRESS_OF_NO_KEY, type GuardSituation, type RecentRestart } from '../../../core/guard/guard-situation.ts';
import { withEnd } from '../../../core/guard/recent-restarts.ts';
import {
  addressOf,
  BLOCK_MS,
  chainOf,
  CHAIN,
  CLUSTER,
  node,
  NOW_MS,
  settings,
  situationOf,
  withoutStatus,
  withSource,
  withSources,
} from './observations.ts';

const TEN = Array.from({ length: 10 }, () => 10);
const restart = {
  cluster: CLUSTER,
  namespace: CHAIN,
  name: 'validator-1',
  address: addressOf(1),
  sentAtMs: NOW_MS - 90_000,
};

function decide(observation: ChainObservation, situation: Partial<GuardSituation> = {}): GuardDecision {
  return decideGuard(observation, { ...situationOf(), ...situation }, settings, NOW_MS);
}

/** The commits of a chain with another time of the latest two. */
function latestAt({ sources }: ChainObservation, timeMs: number | undefined): ChainCommit[] {
  return (sources[0]?.commits ?? []).map((commit, index) => (index < 8 ? commit : { ...commit, timeMs }));
}

/** After the task of the restart was held back then, and may have been sent. */
function held(recent: readonly RecentRestart[], endedAtMs: number): RecentRestart[] {
  return withEnd(recent, { holder: 'h', sent: 'perhaps', endedAtMs });
}

/** What is decided when the restart has ended then. */
function ended(endedAtMs: number): GuardDecision {
  return decide(chainOf({ powers: TEN }), { recent: [{ ...restart, endedAtMs }] });
}

describe('a validator that was restarted', () => {
  it('counts as down until it signs a block that is later than the end of its restart', () => {
    assert.equal(ended(NOW_MS - 300).numbers.riskPower, '20');
    assert.deepEqual(ended(NOW_MS - 300).recent, [{ ...restart, endedAtMs: NOW_MS - 300 }]);
    assert.equal(ended(NOW_MS - 500).numbers.riskPower, '10');
    assert.deepEqual(ended(NOW_MS - 500).recent, []);
  });

  // The first of the sources, and the last.
  for (const name of ['validator-1', 'validator-9'])
    it(`counts as down when ${name} alone reports later times of the blocks`, () => {
      const chain = chainOf({ powers: TEN });
      const commits = latestAt(chain, NOW_MS + 1);
      const recent = [{ ...restart, endedAtMs: NOW_MS - 3 * BLOCK_MS }];
      assert.equal(decide(withSource(chain, name, { commits }), { recent }).verdict, 'SourcesDisagree');
      const timeless = withSources(chain, { commits: latestAt(chain, undefined) });
      assert.equal(decide(withSource(timeless, name, { commits }), { recent }).numbers.riskPower, '20');
    });

  it('counts as down when all sources report blocks of the future', () => {
    const chain = chainOf({ powers: TEN });
    for (const [aheadMs, riskPower] of [
      [5_000, '10'],
      [5_001, '20'],
    ] as const) {
      const commits = latestAt(chain, NOW_MS + aheadMs);
      const recent = [{ ...restart, endedAtMs: NOW_MS - 3 * BLOCK_MS }];
      const decision = decide(withSources(chain, { commits }), { recent });
      assert.equal(decision.numbers.riskPower, riskPower);
    }
  });

  it('counts as down for 10 minutes when nobody recorded its end', () => {
    for (const [sentAtMs, riskPower] of [
      [NOW_MS - 600_000, '20'],
      [NOW_MS - 601_000, '10'],
    ] as const)
      assert.equal(
        decide(chainOf({ powers: TEN }), { recent: [{ ...restart, sentAtMs }] }).numbers.riskPower,
        riskPower,
      );
  });

  it('does not count for longer each time that its task is held back after it may have been sent', () => {
    const sent = [{ ...restart, holder: 'h' }];
    assert.deepEqual(held(held(sent, NOW_MS), NOW_MS + 60_000), held(sent, NOW_MS));
    const seen = { holder: 'h', sent: 'yes', endedAtMs: NOW_MS + 60_000, wasSeenToEnd: true } as const;
    assert.equal(withEnd(held(sent, NOW_MS), seen)[0]?.endedAtMs, NOW_MS + 60_000);
  });

  it('is no longer a source, or another node of its key, until then', () => {
    const { numbers } = decide(chainOf({ powers: TEN }), { recent: [{ ...restart, endedAtMs: NOW_MS }] });
    assert.ok(!numbers.sources?.includes(`${CHAIN}/validator-1`));
  });

  it('does not count when another node has its key', () => {
    const nodes = [...chainOf({ powers: TEN }).nodes, node('second', { address: addressOf(1) })];
    const { numbers } = decide(chainOf({ powers: TEN, nodes }), { recent: [{ ...restart, endedAtMs: NOW_MS }] });
    assert.equal(numbers.riskPower, '10');
  });

  it('gets its address when its RPC reports it', () => {
    const { address: _, ...unknown } = restart;
    const { recent } = decide(chainOf({ powers: TEN }), { recent: [{ ...unknown, endedAtMs: NOW_MS }] });
    assert.deepEqual(recent, [{ ...restart, endedAtMs: NOW_MS }]);
  });

  it('keeps its address while its RPC does not answer', () => {
    const nodes = chainOf({ powers: TEN }).nodes.map((each) =>
      each.name === 'validator-1' ? withoutStatus(each) : each,
    );
    const decision = decide(chainOf({ powers: TEN, silent: [1], nodes }), {
      ...situationOf('validator-1'),
      recent: [restart],
    });
    assert.equal(decision.verdict, 'Allowed');
    assert.equal(decision.address, addressOf(1));
  });

  it('is forgotten without voting power', () => {
    const { recent } = decide(chainOf({ powers: TEN }), {
      recent: [
        { ...restart, address: addressOf(77) },
        { ...restart, address: ADDRESS_OF_NO_KEY },
      ],
    });
    assert.deepEqual(recent, []);
  });
});

describe('a record that clusters share', () => {
  const { cluster: _, ...unplaced } = restart;
  const elsewhere = { ...unplaced, cluster: 'cluster-2' };

  it('lends no address to a node of the same name in another cluster', () => {
    const nodes = chainOf({ powers: TEN }).nodes.map((each) =>
      each.name === 'validator-1' ? withoutStatus(each) : each,
    );
    for (const other of [elsewhere, unplaced]) {
      const decision = decide(chainOf({ powers: TEN, nodes }), { ...situationOf('validator-1'), recent: [other] });
      assert.equal(decision.verdict, 'ChainDataUnavailable');
      assert.equal(decision.address, undefined);
    }
  });

  it('gets no address from a node of the same name in another cluster', () => {
    for (const { address: __, ...other } of [elsewhere, unplaced]) {
      const { verdict, recent } = decide(chainOf({ powers: TEN }), { recent: [other] });
      assert.equal(verdict, 'ChainDataUnavailable');
      assert.deepEqual(recent, [other]);
    }
  });

  it('counts restarts of another cluster, whose node of the same name here is a source', () => {
    const other = { ...elsewhere, address: addressOf(2), endedAtMs: NOW_MS };
    const nodes = chainOf({ powers: TEN }).nodes.filter(({ name }) => name !== 'validator-2');
    const { numbers } = decide(chainOf({ powers: TEN, nodes }), { recent: [other] });
    assert.equal(numbers.riskPower, '20');
    assert.ok(numbers.sources?.includes(`${CHAIN}/validator-1`));
  });

  it('counts a restart whose cluster is not known, also while its node looks healthy', () => {
    const { numbers } = decide(chainOf({ powers: TEN }), { recent: [{ ...unplaced, endedAtMs: NOW_MS }] });
    assert.equal(numbers.riskPower, '20');
    assert.ok(!numbers.sources?.includes(`${CHAIN}/validator-1`));
  });

  it('leaves a node healthy that has the name of one that was restarted elsewhere', () => {
    const own = chainOf({ powers: TEN }).nodes.filter(({ name }) => name !== 'validator-2');
    const nodes = [...own, node('second', { address: addressOf(0) })];
    const other = { ...elsewhere, name: 'second', address: addressOf(2), endedAtMs: NOW_MS };
    const { numbers } = decide(chainOf({ powers: TEN, nodes }), { recent: [other] });
    assert.deepEqual(numbers.absent, [addressOf(2)]);
    assert.equal(numbers.riskPower, '10', 'the target has another healthy node of its key');
  });
});

describe('who needs the permit of the chain', () => {
  for (const [what, observation, expected] of [
    ['a validator', chainOf({ powers: TEN }), true],
    ['a validator of a chain that cannot be read', chainOf({ powers: TEN, nodes: [node('validator-0')] }), true],
    [
      'a node with a key while the validators are not known',
      chainOf({ powers: TEN, nodes: [node('validator-0', { address: addressOf(5) }, { role: 'fullNode' })] }),
      true,
    ],
    [
      'a full node',
      chainOf({ powers: TEN, nodes: [node('validator-0', { address: ADDRESS_OF_NO_KEY }, { role: 'fullNode' })] }),
      false,
    ],
  ] as const) {
    it(`is${expected ? '' : ' not'} ${what}`, () => {
      assert.equal(decide(observation).mayHavePower, expected);
    });
  }
});
