import assert from 'node:assert/strict';
import type { GuardVerdictName } from '../../../api/guard-verdicts.ts';
import type { ChainObservation, ChainSource } from '../../../core/guard/chain-observation.ts';
import { chainOf, decide, HEIGHT, NOW_MS, withSource, withSources, withStatus } from './observations.ts';

const CHAIN = chainOf({ powers: [10, 10, 10, 10, 10, 10] });
const HALTED = withStatus(CHAIN, { blockTimeMs: NOW_MS - 31_000, firstHeight: HEIGHT, height: HEIGHT });

type Plan = NonNullable<ChainSource['upgrade']>;
function planAt(height: number): Plan {
  return { name: 'real', height };
}

/** @param plan - Of all sources. @param odd - Of one of them: the first that counts, and the last. */
function oneReports(chain: ChainObservation, plan: Plan | undefined, odd: Plan): ChainObservation[] {
  const all = withSources(chain, { upgrade: plan });
  return ['validator-1', 'validator-5'].map((name) => withSource(all, name, { upgrade: odd }));
}

/** The chain as it is, and with one node that reports a height beyond all others. */
function withOddHeight(plan: Plan): ChainObservation[] {
  const all = withSources(HALTED, { upgrade: plan });
  const height = HEIGHT + 5_000;
  return [all, withStatus(all, { firstHeight: height, height }, ['validator-5'])];
}

/** One node has the last block, and all others stopped 2 blocks below it. */
function stoppedAlone(name: string, plan: Plan): ChainObservation {
  const height = HEIGHT - 2;
  const all = withStatus(withSources(HALTED, { upgrade: plan }), { firstHeight: height, height });
  return withStatus(all, { firstHeight: HEIGHT, height: HEIGHT }, [name]);
}

function past(height: number): Plan {
  return { name: 'past', height };
}

describe('a planned upgrade', () => {
  for (const [what, observations, verdict] of [
    [
      'is near when one source still reports one that has passed',
      oneReports(CHAIN, planAt(HEIGHT + 100), past(HEIGHT - 500)),
      'NearUpgradeHeight',
    ],
    [
      'is near at its height, when one source still reports one that has passed',
      oneReports(CHAIN, planAt(HEIGHT), past(HEIGHT - 1)),
      'NearUpgradeHeight',
    ],
    ['is near when one source alone reports it', oneReports(CHAIN, 'none', planAt(HEIGHT + 100)), 'NearUpgradeHeight'],
    ['has passed when one source still reports it', oneReports(CHAIN, 'none', past(HEIGHT - 1)), 'Allowed'],
    ['is not known when one source alone reports none', oneReports(CHAIN, undefined, 'none'), 'ChainDataUnavailable'],
    [
      'is not known when one source alone reports one that has passed',
      oneReports(CHAIN, undefined, past(HEIGHT - 500)),
      'ChainDataUnavailable',
    ],
    [
      'is not known when one source alone reports one that is far away',
      oneReports(CHAIN, undefined, planAt(10 ** 12)),
      'ChainDataUnavailable',
    ],
    ['did not stop the chain when it has passed', oneReports(HALTED, 'none', past(HEIGHT - 1)), 'ChainHalted'],
    ['did not stop the chain when it is 2 blocks away', withOddHeight(planAt(HEIGHT + 2)), 'ChainHalted'],
    [
      'did not stop the chain when one node alone reports its height',
      withOddHeight(planAt(HEIGHT + 5_000)),
      'ChainHalted',
    ],
    ['stopped the chain before its block', withOddHeight(planAt(HEIGHT + 1)), 'HaltedForUpgrade'],
    [
      'stopped the chain at its block, where all others but one had stopped before',
      ['validator-1', 'validator-5'].map((name) => stoppedAlone(name, planAt(HEIGHT))),
      'HaltedForUpgrade',
    ],
    ['stopped the chain at its block', withOddHeight(planAt(HEIGHT)), 'HaltedForUpgrade'],
    [
      'stopped the chain when one source still reports one that has passed',
      oneReports(HALTED, planAt(HEIGHT + 1), past(HEIGHT - 500)),
      'HaltedForUpgrade',
    ],
  ] as const satisfies readonly (readonly [string, ChainObservation[], GuardVerdictName])[]) {
    it(`${what}: ${verdict}`, () => {
      for (const observation of observations) {
        const decision = decide(observation);
        assert.equal(decision.verdict, verdict, decision.message);
        assert.doesNotMatch(decision.message, /past/, 'names no other upgrade');
        if (verdict === 'ChainHalted' || verdict === 'HaltedForUpgrade') {
          assert.equal(decide(observation, {}, { overridden: [verdict] }).verdict, 'Allowed');
          assert.match(decision.message, new RegExp(`at height (${HEIGHT}|${HEIGHT - 2})\\b`));
        }
      }
    });
  }
});
