import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ArgumentError } from './errors.ts';

/**
 * `parseArgs` of Node for the programs of this project.
 *
 * @throws ArgumentError with the first sentence of Node's own error.
 */
export function parseArguments<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new ArgumentError(`${(error as Error).message.split('. ', 1).join()}.`);
  }
}

/**
 * The value of an option that takes a whole number.
 *
 * @param range - Default: from 1 to 2^53-1.
 * @throws ArgumentError that names the option, the text and the range.
 */
export function wholeNumber(
  option: string,
  text: string,
  { least = 1, most }: { readonly least?: number; readonly most?: number } = {},
): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least && number <= (most ?? number))
    return number;
  const range = most === undefined ? `above ${least - 1}` : `from ${least} to ${most}`;
  throw new ArgumentError(`--${option} ${text} is not a whole number ${range}.`);
}
