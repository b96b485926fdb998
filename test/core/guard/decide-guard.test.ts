import assert from 'node:assert/strict';
import type { GuardCheck, GuardVerdictName } from '../../../api/guard-verdicts.ts';
import { guardVerdicts } from '../../../api/guard-verdicts.ts';
import type { ChainObservation } from '../../../core/guard/chain-observation.ts';
import { ADDRESS_OF_NO_KEY, type GuardSettings, type GuardSituation } from '../../../core/guard/guard-situation.ts';
import {
  addressOf,
  chainOf,
  CHAIN,
  commitsOf,
  decide,
  HEIGHT,
  node,
  NOW_MS,
  situationOf,
  withoutStatus,
  withSource,
  withSources,
  withStatus,
} from './observations.ts';

const TEN = Array.from({ length: 10 }, () => 10);
const OLD = { blockTimeMs: NOW_MS - 31_000, firstHeight: HEIGHT, height: HEIGHT };
const upgradeAt = (height: number) => ({ upgrade: { name: 'v6.5', height } });

function targetWith(change: Partial<GuardSituation['target']>): Partial<GuardSituation> {
  return { target: { ...situationOf().target, ...change } };
}

/** Every commit has the same age, in milliseconds. */
function withCommitTimes(ageMs: number | undefined): ChainObservation {
  const timeMs = ageMs === undefined ? undefined : NOW_MS - ageMs;
  const commits = commitsOf(TEN.map((_, index) => addressOf(index))).map((commit) => ({ ...commit, timeMs }));
  return withSources(chainOf({ powers: TEN }), { commits });
}

interface Row {
  readonly verdict: GuardVerdictName;
  readonly when: string;
  readonly observation?: ChainObservation;
  readonly situation?: Partial<GuardSituation>;
  readonly settings?: Partial<GuardSettings>;
}

const rows: readonly Row[] = [
  { verdict: 'Allowed', when: 'all validators sign' },
  {
    verdict: 'Allowed',
    when: 'others that are down leave less than a third',
    observation: chainOf({ powers: TEN, silent: [1, 2] }),
  },
  { verdict: 'Allowed', when: 'the target itself is down', observation: chainOf({ powers: TEN, silent: [0, 1, 2] }) },
  {
    verdict: 'Allowed',
    when: 'two sources are left',
    observation: withSources(
      chainOf({
        powers: TEN,
        nodes: [0, 1, 2].map((index) => node(`validator-${index}`, { address: addressOf(index) })),
      }),
      {},
    ),
  },
  {
    verdict: 'Allowed',
    when: '5 commits can be read',
    observation: withSources(chainOf({ powers: TEN }), {
      commits: commitsOf(TEN.map((_, index) => addressOf(index))).slice(5),
    }),
  },
  {
    verdict: 'Allowed',
    when: 'the latest commit is 60 s old',
    observation: withCommitTimes(60_000),
  },
  {
    verdict: 'Allowed',
    when: 'the other nodes are 10 blocks above the height of the validators',
    observation: withStatus(chainOf({ powers: TEN }), { height: HEIGHT + 10 }),
  },
  {
    verdict: 'Allowed',
    when: 'an upgrade is 1,501 blocks away',
    observation: withSources(chainOf({ powers: TEN }), upgradeAt(HEIGHT + 1_501)),
  },
  {
    verdict: 'Allowed',
    when: 'a planned height has passed',
    observation: withSources(chainOf({ powers: TEN }), upgradeAt(HEIGHT - 1)),
  },
  { verdict: 'Allowed', when: 'the last restart was 10 minutes ago', situation: { lastRestartMs: NOW_MS - 600_000 } },
  { verdict: 'Allowed', when: 'exactly maxDownPercent is down', settings: { maxDownPercent: 10 } },
  {
    verdict: 'NotAValidator',
    when: 'the node has no validator key',
    observation: withStatus(chainOf({ powers: TEN }), { address: ADDRESS_OF_NO_KEY }, ['validator-0']),
  },
  {
    verdict: 'NotAValidator',
    when: 'its address is not in the set',
    observation: withStatus(chainOf({ powers: TEN }), { address: addressOf(99) }, ['validator-0']),
  },
  { verdict: 'NotAValidator', when: 'its power is 0', observation: chainOf({ powers: [0, 10, 10, 10] }) },
  {
    verdict: 'NotAValidator',
    when: 'a full node does not answer',
    observation: chainOf({
      powers: TEN,
      nodes: [
        withoutStatus(node('validator-0', {}, { role: 'fullNode' })),
        ...[1, 2, 3].map((index) => node(`validator-${index}`, { address: addressOf(index) })),
      ],
    }),
    situation: targetWith({ role: 'fullNode' }),
  },
  {
    verdict: 'NotAValidator',
    when: 'a full node has no sources',
    observation: chainOf({
      powers: TEN,
      nodes: [node('validator-0', { address: ADDRESS_OF_NO_KEY }, { role: 'fullNode' })],
    }),
  },
  {
    verdict: 'NotAValidator',
    when: 'the sources of a full node disagree',
    observation: withStatus(
      withSource(chainOf({ powers: TEN }), 'validator-2', { validators: [] }),
      { address: ADDRESS_OF_NO_KEY },
      ['validator-0'],
    ),
  },
  { verdict: 'NodePaused', when: 'the SeiNode is paused', situation: targetWith({ isPaused: true }) },
  { verdict: 'NodeUpdating', when: 'its controller rolls out a change', situation: targetWith({ isUpdating: true }) },
  { verdict: 'NodeHeldByWorkflow', when: 'a workflow holds it', situation: targetWith({ heldBy: 'resync' }) },
  {
    verdict: 'ChainIdMismatch',
    when: 'its RPC is of another network',
    observation: withStatus(chainOf({ powers: TEN }), { network: 'arctic-1' }, ['validator-0']),
  },
  { verdict: 'ChainIdMismatch', when: 'it has no chainId', situation: targetWith({ chainId: '' }) },
  { verdict: 'ChainIdMismatch', when: 'another chain was read', situation: targetWith({ chainId: 'atlantic-2' }) },
  {
    verdict: 'ConsensusUnsupported',
    when: 'block times are of 1970',
    observation: withStatus(chainOf({ powers: TEN }), { blockTimeMs: 0 }),
  },
  {
    verdict: 'ConsensusUnsupported',
    when: 'hashes are empty',
    observation: withSources(chainOf({ powers: TEN }), { commits: [{ height: HEIGHT - 1, hash: '', signed: [] }] }),
  },
  { verdict: 'ChainHalted', when: 'no node has a new block', observation: withStatus(chainOf({ powers: TEN }), OLD) },
  {
    verdict: 'ChainHalted',
    when: 'it has stopped before the planned upgrade',
    observation: withSources(withStatus(chainOf({ powers: TEN }), OLD), upgradeAt(HEIGHT + 2)),
  },
  {
    verdict: 'ChainHalted',
    when: 'the node has no key either',
    observation: withStatus(withStatus(chainOf({ powers: TEN }), OLD), { address: ADDRESS_OF_NO_KEY }, ['validator-0']),
  },
  {
    verdict: 'HaltedForUpgrade',
    when: 'the next height is that of the upgrade',
    observation: withSources(withStatus(chainOf({ powers: TEN }), OLD), upgradeAt(HEIGHT + 1)),
  },
  {
    verdict: 'SourcesDisagree',
    when: 'one reports another power',
    observation: withSource(chainOf({ powers: TEN }), 'validator-3', {
      validators: TEN.map((_, index) => ({ address: addressOf(index), power: index === 0 ? '9' : '10' })),
    }),
  },
  {
    verdict: 'SourcesDisagree',
    when: 'one reports another block',
    observation: withSource(chainOf({ powers: TEN }), 'validator-3', {
      commits: [{ height: HEIGHT - 1, hash: 'fork', timeMs: NOW_MS, signed: [] }],
    }),
  },
  {
    verdict: 'SourcesDisagree',
    when: 'one reports other signatures',
    observation: withSource(chainOf({ powers: TEN }), 'validator-3', { commits: commitsOf([addressOf(1)]) }),
  },
  {
    verdict: 'ChainDataUnavailable',
    when: 'all validators could not be read',
    observation: withSources(chainOf({ powers: TEN }), { validators: undefined }),
  },
  {
    verdict: 'ChainDataUnavailable',
    when: 'one source is left',
    observation: withStatus(
      chainOf({ powers: TEN }),
      { catchingUp: true },
      [2, 3, 4, 5, 6, 7, 8, 9].map((index) => `validator-${index}`),
    ),
  },
  {
    verdict: 'ChainDataUnavailable',
    when: 'the sources are of another network',
    observation: withStatus(
      chainOf({ powers: TEN }),
      { network: 'arctic-1' },
      TEN.map((_, index) => `validator-${index}`).slice(1),
    ),
  },
  {
    verdict: 'ChainDataUnavailable',
    when: 'the blocks of all but one source are old',
    observation: withStatus(
      chainOf({ powers: TEN }),
      { blockTimeMs: NOW_MS - 31_000 },
      TEN.map((_, index) => `validator-${index}`).slice(2),
    ),
  },
  {
    verdict: 'ChainDataUnavailable',
    when: 'block times are ahead',
    observation: withStatus(chainOf({ powers: TEN }), { blockTimeMs: NOW_MS + 6_000 }),
  },
  {
    verdict: 'ChainDataUnavailable',
    when: '4 commits can be read',
    observation: withSources(chainOf({ powers: TEN }), { commits: commitsOf([]).slice(6) }),
  },
  {
    verdict: 'ChainDataUnavailable',
    when: 'an address occurs twice',
    observation: withSources(chainOf({ powers: TEN }), {
      validators: [addressOf(0), addressOf(0)].map((address) => ({ address, power: '1' })),
    }),
  },
  {
    verdict: 'ChainDataUnavailable',
    when: 'a power is not a number',
    observation: withSources(chainOf({ powers: TEN }), { validators: [{ address: addressOf(0), power: '-1' }] }),
  },
  { verdict: 'ChainDataUnavailable', when: 'nobody has power', observation: chainOf({ powers: [0, 0, 0, 0] }) },
  {
    verdict: 'ChainDataUnavailable',
    when: 'the latest commit is more than 60 s old',
    observation: withCommitTimes(60_001),
  },
  { verdict: 'ChainDataUnavailable', when: 'commits have no time', observation: withCommitTimes(undefined) },
  { verdict: 'ChainDataUnavailable', when: 'commits are of the future', observation: withCommitTimes(-5_001) },
  {
    verdict: 'ChainDataUnavailable',
    when: 'all nodes but one are 11 blocks above the height of the validators',
    observation: withStatus(
      chainOf({ powers: TEN }),
      { height: HEIGHT + 11 },
      TEN.map((_, index) => `validator-${index}`).slice(2),
    ),
  },
  {
    verdict: 'ChainDataUnavailable',
    when: 'no source knows of upgrades',
    observation: withSources(chainOf({ powers: TEN }), { upgrade: undefined }),
  },
  {
    verdict: 'ChainDataUnavailable',
    when: 'a validator does not report its address',
    observation: {
      ...chainOf({ powers: TEN }),
      nodes: chainOf({ powers: TEN }).nodes.map((each, index) => (index === 0 ? withoutStatus(each) : each)),
    },
  },
  { verdict: 'ChainDataUnavailable', when: 'the target was not observed', situation: targetWith({ name: 'unseen' }) },
  {
    verdict: 'ChainDataUnavailable',
    when: 'it was read before the permits were acquired',
    situation: { permittedAtMs: NOW_MS },
  },
  {
    verdict: 'ChainDataUnavailable',
    when: 'a restarted validator is not known',
    situation: { recent: [{ namespace: CHAIN, name: 'gone', sentAtMs: NOW_MS - 1_000 }] },
  },
  {
    verdict: 'CatchingUp',
    when: 'the validator is catching up',
    observation: withStatus(chainOf({ powers: TEN }), { catchingUp: true }, ['validator-0']),
  },
  {
    verdict: 'NearUpgradeHeight',
    when: 'an upgrade is 1,500 blocks away',
    observation: withSources(chainOf({ powers: TEN }), upgradeAt(HEIGHT + 1_500)),
  },
  {
    verdict: 'NearUpgradeHeight',
    when: 'one node reports a height beyond it',
    observation: withStatus(
      withSources(chainOf({ powers: TEN }), upgradeAt(HEIGHT + 100)),
      { firstHeight: HEIGHT + 4_998, height: HEIGHT + 5_000 },
      ['validator-5'],
    ),
  },
  {
    verdict: 'NearUpgradeHeight',
    when: 'enough nodes have come close to it since the height of the validators',
    observation: withStatus(withSources(chainOf({ powers: TEN }), upgradeAt(HEIGHT + 1_510)), { height: HEIGHT + 10 }, [
      'validator-5',
      'validator-6',
    ]),
  },
  {
    verdict: 'NearUpgradeHeight',
    when: 'one source knows of it',
    observation: withSource(chainOf({ powers: TEN }), 'validator-4', upgradeAt(HEIGHT)),
  },
  {
    verdict: 'RestartedRecently',
    when: 'it was restarted within 10 minutes',
    situation: { lastRestartMs: NOW_MS - 599_999 },
  },
  { verdict: 'RestartedRecently', when: "the node's clock is ahead", situation: { lastRestartMs: NOW_MS + 3_600_000 } },
  {
    verdict: 'QuorumAtRisk',
    when: 'a third would be down',
    observation: chainOf({ powers: [10, 10, 10, 10, 10, 10], silent: [1] }),
  },
  { verdict: 'QuorumAtRisk', when: 'more than maxDownPercent would be down', settings: { maxDownPercent: 9 } },
];

describe('the guard', () => {
  for (const { verdict, when, observation = chainOf({ powers: TEN }), situation, settings: rest } of rows) {
    it(`finds ${verdict} when ${when}`, () => {
      const decision = decide(observation, situation, rest);
      assert.equal(decision.verdict, verdict, decision.message);
      assert.equal(decision.isAllowed, verdict === 'Allowed' || verdict === 'NotAValidator');
      assert.equal(decision.numbers.verdict, verdict);
      assert.doesNotMatch(decision.message, /\{\w+\}|undefined|NaN|Infinity/);
    });
  }

  const FORGET = `seichain-restarts/${CHAIN}`;
  for (const [what, name, onlyNamespace, isTold] of [
    ['that is gone', 'gone', undefined, true],
    ['that is gone from the only namespace that is listed', 'gone', CHAIN, true],
    ['that may be in a namespace that is not listed', 'gone', 'elsewhere', false],
    ['that is still there', 'validator-1', undefined, false],
  ] as const) {
    it(`${isTold ? 'names' : 'does not name'} the record of restarts for a node without an address ${what}`, () => {
      const chain = chainOf({ powers: TEN });
      const nodes = chain.nodes.map((each) => (each.name === 'validator-1' ? withoutStatus(each) : each));
      const observation = { ...chain, nodes, ...(onlyNamespace === undefined ? {} : { onlyNamespace }) };
      const { verdict, message } = decide(observation, {
        recent: [{ namespace: CHAIN, name, sentAtMs: NOW_MS - 1_000 }],
      });
      assert.deepEqual([verdict, message.includes(FORGET)], ['ChainDataUnavailable', isTold], message);
    });
  }

  it('has a row for every verdict', () => {
    assert.deepEqual(new Set(rows.map(({ verdict }) => verdict)), new Set(Object.keys(guardVerdicts)));
  });

  it('reports the first of several findings, in a fixed order', () => {
    const observation = withSources(chainOf({ powers: [10, 10, 10, 10], silent: [1] }), upgradeAt(HEIGHT + 10));
    const situation = { ...targetWith({ isPaused: true, isUpdating: true, heldBy: 'resync' }), lastRestartMs: NOW_MS };
    const order: GuardCheck[] = [];
    for (let next = decide(observation, situation); !next.isAllowed;) {
      order.push(next.verdict as GuardCheck);
      next = decide(observation, situation, { overridden: order });
      assert.deepEqual(
        next.passedOver.map(({ verdict }) => verdict),
        order,
      );
    }
    assert.deepEqual(order, [
      'NodePaused',
      'NodeUpdating',
      'NodeHeldByWorkflow',
      'NearUpgradeHeight',
      'RestartedRecently',
      'QuorumAtRisk',
    ]);
  });

  for (const { verdict, when, observation = chainOf({ powers: TEN }), situation, settings: rest } of rows.filter(
    (row) => !guardVerdicts[row.verdict].allows,
  )) {
    it(`passes over ${verdict} with an override when ${when}`, () => {
      const overridden = [verdict as GuardCheck];
      const decision = decide(observation, situation, { ...rest, overridden });
      assert.ok(!overridden.includes(decision.verdict as GuardCheck));
      assert.ok(decision.passedOver.every((passed) => passed.verdict === verdict && passed.message !== ''));
    });
  }

  it('gives the numbers as decimal strings, with the addresses that are down and the sources', () => {
    const { numbers } = decide(chainOf({ powers: [2n ** 60n, ...TEN.map(() => 2n ** 60n)], silent: [3, 1] }));
    assert.deepEqual(numbers, {
      verdict: 'Allowed',
      height: String(HEIGHT),
      totalPower: String(11n * 2n ** 60n),
      riskPower: String(3n * 2n ** 60n),
      absent: [addressOf(1), addressOf(3)],
      absentCount: 2,
      sources: Array.from({ length: 10 }, (_, index) => `${CHAIN}/validator-${index + 1}`),
    });
  });

  it('lists at most 10 addresses, the largest powers first', () => {
    const powers = [1, ...Array.from({ length: 12 }, (_, index) => index + 1), 1_000];
    const silent = Array.from({ length: 12 }, (_, index) => index + 1);
    const { numbers } = decide(chainOf({ powers, silent }));
    assert.equal(numbers.absentCount, 12);
    assert.deepEqual(
      numbers.absent,
      Array.from({ length: 10 }, (_, index) => addressOf(12 - index)),
    );
  });
});
