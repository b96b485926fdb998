import assert from 'node:assert/strict';
import type { ChainSource } from '../../../core/guard/chain-observation.ts';
import { sourceConflict } from '../../../core/guard/source-conflict.ts';
import { addressOf, chainOf, commitsOf, withSource } from './observations.ts';

const POWERS = [10, 20, 30];
const validators = POWERS.map((power, index) => ({ address: addressOf(index), power: String(power) }));
const signed = validators.map(({ address }) => address);

function conflict(change: Partial<ChainSource>) {
  const observation = withSource(chainOf({ powers: POWERS }), 'validator-2', change);
  return sourceConflict(observation, observation.sources)?.verdict;
}

describe('sources of a chain', () => {
  for (const [what, change] of Object.entries<Partial<ChainSource>>({
    'nothing else': {},
    'its validators in another order': { validators: validators.toReversed() },
    'powers with leading zeros': { validators: validators.map((each) => ({ ...each, power: `0${each.power}` })) },
    'its signatures in another order': { commits: commitsOf(signed.toReversed()) },
    'no time of its blocks': {
      commits: commitsOf(signed).map(({ height, hash, signed: by }) => ({ height, hash, signed: by })),
    },
    'fewer commits': { commits: commitsOf(signed).slice(4) },
  }))
    it(`agree when one reports ${what}`, () => assert.equal(conflict(change), undefined));

  for (const [what, change] of Object.entries<Partial<ChainSource>>({
    'powers of two validators exchanged': {
      validators: validators.map(({ address }, index) => ({ address, power: String(POWERS.at(-1 - index)) })),
    },
    'one validator less': { validators: validators.slice(1) },
    'one signature less': { commits: commitsOf(signed.slice(1)) },
    'one signature twice in place of another': { commits: commitsOf([...signed.slice(1), addressOf(1)]) },
    'a later time of one block': {
      commits: commitsOf(signed).map((commit, index) => ({
        ...commit,
        timeMs: (commit.timeMs ?? 0) + (index === 9 ? 1 : 0),
      })),
    },
    'another block': { commits: commitsOf(signed).map((commit) => ({ ...commit, hash: `${commit.hash}-fork` })) },
  }))
    it(`contradict each other when one reports ${what}`, () => assert.equal(conflict(change), 'SourcesDisagree'));
});
