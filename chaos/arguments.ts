import { parseArgs } from 'node:util';
import { UsageError } from '../dev/errors.ts';

const USAGE = `Usage: npm run chaos -- --minutes N --seed S
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
 * @returns The text to print where that is all that is asked for.
 * @throws UsageError saying what there is.
 */
export function chaosArguments(argv: readonly string[], drawSeed: () => number): ChaosArguments | string {
  const { help, keep, minutes: minutesText, seed: seedText } = parse(argv);
  if (help) return USAGE;
  if (minutesText === undefined) throw new UsageError(`--minutes is missing.\n${USAGE}`);
  const minutes = wholeNumber(minutesText);
  if (minutes === undefined || minutes < 1)
    throw new UsageError(`--minutes ${minutesText} is not a whole number above 0.\n${USAGE}`);
  const seed = seedText === undefined ? drawSeed() : wholeNumber(seedText);
  if (seed === undefined || seed > MAX_SEED)
    throw new UsageError(`--seed ${seedText} is not a whole number from 0 to ${MAX_SEED}.\n${USAGE}`);
  return { minutes, seed, keep };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ', 1).join()}.\n${USAGE}`);
  }
}
