import { parseGoDuration } from '../lib/go-duration.ts';

/** Names of resources and namespaces; nothing in them can be mistaken for a query's syntax. */
const NAME = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/;
const LARGEST_INT64 = 2n ** 63n - 1n;

type Check = (text: string) => string | undefined;

const resourceName: Check = (text) =>
  NAME.test(text) && text.length <= 253 ? undefined : 'must be a name of lower-case letters, digits, dashes and dots';

function wholeNumber(smallest: number, largest: number | bigint): Check {
  return (text) => {
    const isGood = /^\d+$/.test(text) && BigInt(text) >= smallest && BigInt(text) <= largest;
    return isGood ? undefined : `must be a whole number from ${smallest} to ${largest}`;
  };
}

const duration: Check = (text) =>
  (parseGoDuration(text) ?? 0) > 0 ? undefined : 'must be a duration above 0, such as 90s or 11m';

const checks: Readonly<Record<string, Check>> = {
  NODE: resourceName,
  NAME: resourceName,
  NAMESPACE: resourceName,
  HEIGHT: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  SECONDS: wholeNumber(0, LARGEST_INT64),
  COUNT: wholeNumber(1, 10_000),
  DURATION: duration,
};

/** What the value of an argument or flag must be and is not, by what help calls it. `undefined`: it is good. */
export function valueProblem(
  placeholder: string,
  choices: readonly string[] | undefined,
  text: string,
): string | undefined {
  if (choices !== undefined) return choices.includes(text) ? undefined : `must be one of ${choices.join(', ')}`;
  if (text === '') return 'must not be empty';
  return checks[placeholder]?.(text);
}
