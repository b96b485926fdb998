import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { caseCount } from '../../support/case-count.ts';
import { GuardedChain } from './guarded-chain.ts';

const nodes = fc.constantFrom(1, 1, 1, 2, 3);
/** Equal powers make sets in which exactly a third is down; wide ranges make sets that nothing can be taken from. */
const powers = fc.oneof(
  fc.constant(fc.constant(10n)),
  fc.constant(fc.bigInt({ min: 8n, max: 12n })),
  fc.constant(fc.bigInt({ min: 2n ** 59n, max: 2n ** 60n })),
  fc.constant(fc.bigInt({ min: 1n, max: 2n ** 60n })),
);
const validators = powers.chain((power) => fc.array(fc.record({ power, nodes }), { minLength: 1, maxLength: 9 }));
const node = fc.nat(30);

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('acquire' as const), node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('recover' as const, 'fail' as const), node }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('dispatch' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('stop' as const, 'end' as const, 'end' as const, 'giveUp' as const, 'terminate' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), blocks: fc.integer({ min: 1, max: 15 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.nat(900_000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function take(chain: GuardedChain, next: Step): void {
  if (next.do === 'advance') chain.advance(next.blocks);
  else if (next.do === 'wait') chain.wait(next.milliseconds);
  else if ('node' in next) chain[next.do](next.node);
  else chain[next.do]();
}

describe('a chain whose validators only the guard lets go', () => {
  it('never has a third of its voting power down', () => {
    const counts = { sent: 0, held: 0 };
    fc.assert(
      fc.property(
        validators,
        fc.option(fc.nat(2), { nil: undefined, freq: 8 }),
        fc.array(step, { minLength: 20, maxLength: 100, size: 'max' }),
        (set, liar, steps) => {
          const chain = new GuardedChain({ validators: set, liar });
          for (const next of steps) take(chain, next);
          chain.advance(1);
          counts.sent += chain.counts.sent;
          counts.held += chain.counts.held;
        },
      ),
      { numRuns: caseCount(1_000) },
    );
    // Otherwise the property would hold for a guard that holds everything back, or lets everything go.
    assert.ok(counts.sent > caseCount(250), `${counts.sent} restarts were sent`);
    assert.ok(counts.held > caseCount(250), `${counts.held} restarts were held back`);
  });
});
