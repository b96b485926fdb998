import { parseArguments } from '../dev/parse-arguments.ts';

export const USAGE = `Usage: npm run demo -- [--once]
  --once  end after the last step instead of staying up until Ctrl-C`;

export interface DemoArguments {
  /** End after the last step instead of staying up until Ctrl-C. */
  readonly once: boolean;
}

/** @throws ArgumentError */
export function demoArguments(argv: readonly string[]): DemoArguments {
  return parseArguments({ args: [...argv], options: { once: { type: 'boolean', default: false } } }).values;
}
