import assert from 'node:assert/strict';
import { chaosArguments } from '../../chaos/arguments.ts';
import { ArgumentError } from '../../dev/errors.ts';

const parse = (...argv: string[]) => chaosArguments(argv, () => 4711);

describe('the arguments of npm run chaos', () => {
  it('are minutes and a seed', () =>
    assert.deepEqual(parse('--minutes', '3', '--seed', '42'), { minutes: 3, seed: 42, keep: false }));
  it('take every seed up to 2^32 - 1', () =>
    assert.deepEqual(parse('--minutes=30', '--seed=4294967295'), { minutes: 30, seed: 4_294_967_295, keep: false }));
  it('draw a seed where none is given', () =>
    assert.deepEqual(parse('--minutes', '1'), { minutes: 1, seed: 4711, keep: false }));
  it('may keep everything', () =>
    assert.deepEqual(parse('--minutes', '1', '--keep'), { minutes: 1, seed: 4711, keep: true }));
  it('may ask for help only', () => assert.equal(parse('--help'), 'help'));

  const wrong: Readonly<Record<string, readonly [argv: string[], RegExp]>> = {
    'no minutes': [['--seed', '1'], /^--minutes is missing\.$/],
    'zero minutes': [['--minutes', '0'], /^--minutes 0 is not a whole number above 0\.$/],
    'half a minute': [['--minutes', '0.5'], /--minutes 0\.5 is not/],
    'minutes in words': [['--minutes', 'three'], /--minutes three is not/],
    'a negative seed': [['--minutes', '1', '--seed=-1'], /--seed -1 is not a whole number from 0 to 4294967295/],
    'a seed that is too large': [['--minutes', '1', '--seed', '4294967296'], /--seed 4294967296 is not/],
    'an unknown flag': [['--minute', '1'], /Unknown option '--minute'\.$/],
    'something else': [['3'], /Unexpected argument '3'\.$/],
  };

  for (const [what, [argv, message]] of Object.entries(wrong)) {
    it(`are refused: ${what}`, () => {
      assert.throws(
        () => parse(...argv),
        (error) => error instanceof ArgumentError && message.test(error.message),
      );
    });
  }
});
