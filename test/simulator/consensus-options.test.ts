import assert from 'node:assert/strict';
import type { ConsensusOptions } from '../../simulator/chain/consensus-options.ts';
import { InvalidInput } from '../../simulator/parse-json.ts';
import { chainOnAClock, START_HEIGHT, validatorsOf } from './chain-on-a-clock.ts';

describe('options of a simulated chain', () => {
  for (const [consensus, message] of [
    [{ validators: [] }, /at least one validator/],
    [{ validators: validatorsOf('0') }, /power of v0 must be a decimal number from 1, got "0"/],
    [{ validators: validatorsOf('1e3') }, /got "1e3"/],
    [{ validators: validatorsOf(-1n) }, /got "-1"/],
    [{ validators: [...validatorsOf('1'), ...validatorsOf('1')] }, /contains "v0" twice/],
    [
      {
        validators: [
          { name: 'a', power: '1', nodes: ['n'] },
          { name: 'b', power: '1', nodes: ['n'] },
        ],
      },
      /node "n" has the key of a and of b/,
    ],
    [
      { validators: validatorsOf('1'), upgrade: { name: 'v7', height: START_HEIGHT } },
      /upgrade.height must be above 1000/,
    ],
  ] as readonly (readonly [ConsensusOptions, RegExp])[]) {
    it(`are refused: ${message.source}`, () => {
      assert.throws(
        () => chainOnAClock(consensus),
        (error) => error instanceof InvalidInput && message.test(error.message),
      );
    });
  }
});
