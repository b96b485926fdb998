import { parseArgs } from 'node:util';
import { UsageError } from '../dev/errors.ts';

export interface DemoArguments {
  /** End when the story is over instead of staying up until Ctrl-C. */
  readonly once: boolean;
}

/** @throws UsageError */
export function demoArguments(argv: readonly string[]): DemoArguments {
  try {
    const { values } = parseArgs({ args: [...argv], options: { once: { type: 'boolean', default: false } } });
    return values;
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(
      `${message.split('. ', 1).join()}. The demo takes one flag: --once ends it when the story is over.`,
    );
  }
}
