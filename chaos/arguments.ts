import { ArgumentError } from '../dev/errors.ts';
import { parseArguments, wholeNumber } from '../dev/parse-arguments.ts';

export const USAGE = `Usage: npm run chaos -- --minutes N --seed S
  --minutes N  how long faults are injected, a whole number; what is open is then brought to its end
  --seed S     what faults and tasks are drawn from, a whole number from 0 to 4294967295; the same seed gives the same
               plan. Drawn and printed unless given
  --keep       keep logs, the timeline and all observations also when nothing is wrong
  --help       this text`;
const MAX_SEED = 0xff_ff_ff_ff;

export interface ChaosArguments {
  readonly minutes: number;
  readonly seed: number;
  readonly keep: boolean;
}

/**
 * @param drawSeed - Gives a seed where none is given.
 * @returns `help` where that is all that is asked for.
 * @throws ArgumentError
 */
export function chaosArguments(argv: readonly string[], drawSeed: () => number): ChaosArguments | 'help' {
  const { help, keep, minutes, seed } = parseArguments({
    args: [...argv],
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
  if (help) return 'help';
  if (minutes === undefined) throw new ArgumentError('--minutes is missing.');
  return {
    minutes: wholeNumber('minutes', minutes),
    seed: seed === undefined ? drawSeed() : wholeNumber('seed', seed, { least: 0, most: MAX_SEED }),
    keep,
  };
}
