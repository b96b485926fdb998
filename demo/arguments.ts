import { parseArguments } from '../dev/parse-arguments.ts';

export const USAGE = `Usage: npm run demo -- [--once] [--rolling-restart]
  --once             end after the last step instead of staying up until Ctrl-C
  --rolling-restart  play only the rolling restart, parts 6 to 9`;

export interface DemoArguments {
  /** End after the last step instead of staying up until Ctrl-C. */
  readonly once: boolean;
  /** Play only the rolling restart. */
  readonly onlyRollingRestart: boolean;
}

/** @throws ArgumentError */
export function demoArguments(argv: readonly string[]): DemoArguments {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArguments({ args: [...argv], options: { once: flag, 'rolling-restart': flag } });
  return { once: values.once, onlyRollingRestart: values['rolling-restart'] };
}
