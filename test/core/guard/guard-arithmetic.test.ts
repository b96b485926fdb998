import assert from 'node:assert/strict';
import { ADDRESS_OF_NO_KEY } from '../../../core/guard/guard-situation.ts';
import { addressOf, chainOf, decide, HEIGHT, node, NOW_MS, situationOf, withoutStatus } from './observations.ts';

const TEN = Array.from({ length: 10 }, () => 10);

describe('the arithmetic of the guard', () => {
  it('allows any one of (10, 9, 9, 9)', () => {
    const observation = chainOf({ powers: [10, 9, 9, 9] });
    for (const name of observation.nodes.map((each) => each.name))
      assert.equal(decide(observation, situationOf(name)).verdict, 'Allowed');
  });

  for (const powers of [[1, 1, 1], [1], [10, 20], [34, 33, 33]]) {
    it(`says that a node of (${powers.join(', ')}) can never be taken down`, () => {
      const watchers = [node('rpc-0', { address: ADDRESS_OF_NO_KEY }), node('rpc-1', { address: ADDRESS_OF_NO_KEY })];
      const validators = powers.map((_, index) => node(`validator-${index}`, { address: addressOf(index) }));
      const decision = decide(chainOf({ powers, nodes: [...validators, ...watchers] }));
      assert.equal(decision.verdict, 'QuorumAtRisk');
      assert.ok(decision.isImpossible);
    });
  }

  it('says so also when the node alone is above maxDownPercent', () => {
    const decision = decide(chainOf({ powers: TEN }), {}, { maxDownPercent: 9 });
    assert.ok(decision.isImpossible);
    assert.ok(!decide(chainOf({ powers: TEN, silent: [1] }), {}, { maxDownPercent: 19 }).isImpossible);
  });

  it('adds nothing for a target that is down already', () => {
    const observation = chainOf({ powers: TEN, silent: [1, 2] });
    assert.equal(decide(observation, situationOf('validator-1')).numbers.riskPower, '20');
    assert.equal(decide(observation, situationOf('validator-0')).numbers.riskPower, '30');
  });

  it('lets two of three nodes of one key go, and counts the third', () => {
    const sentries = ['a', 'b', 'c'].map((name) => node(name, { address: addressOf(0) }));
    const others = [1, 2].map((index) => node(`validator-${index}`, { address: addressOf(index) }));
    const powers = [20, 20, 20];
    const down = (names: readonly string[]) =>
      chainOf({
        powers,
        nodes: [...sentries.map((each) => (names.includes(each.name) ? withoutStatus(each) : each)), ...others],
      });
    assert.equal(decide(down([]), situationOf('a')).numbers.riskPower, '0');
    assert.equal(decide(down(['a']), situationOf('b')).numbers.riskPower, '0');
    assert.equal(decide(down(['a', 'b']), situationOf('c')).verdict, 'QuorumAtRisk');
  });

  for (const [what, change] of Object.entries({
    'is catching up': { status: { ...node('x').status, catchingUp: true } },
    'has an old block': { status: { ...node('x').status, blockTimeMs: NOW_MS - 31_000 } },
    'got no new block': { status: { ...node('x').status, firstHeight: HEIGHT } },
    'is of another network': { status: { ...node('x').status, network: 'arctic-1' } },
    'is not Running': { phase: 'Failed' },
  })) {
    it(`does not count another node of the key that ${what}`, () => {
      const second = node('second', { address: addressOf(0) });
      const sibling = {
        ...second,
        ...change,
        status: { ...change.status, ...second.status, ...change.status },
      } as typeof second;
      const observation = chainOf({
        powers: TEN,
        nodes: [
          ...chainOf({ powers: TEN }).nodes,
          { ...sibling, status: { ...sibling.status!, address: addressOf(0) } },
        ],
      });
      assert.equal(decide(observation).numbers.riskPower, '10');
    });
  }
});
