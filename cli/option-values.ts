import { parseGoDuration } from '../lib/go-duration.ts';
import { UsageError } from './errors.ts';

/** Names of resources and namespaces; nothing in them can be mistaken for a query's syntax. */
const NAME = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/;

/** Turns a word of the command line into what the command is given. */
type ValueParser<Value> = (text: string) => Value;

/** @param subject - Of the error: the argument or option, as help names it. */
export function resourceName(subject: string): ValueParser<string> {
  return checked(subject, 'a name of lower-case letters, digits, dashes and dots', (text) => {
    return NAME.test(text) && text.length <= 253;
  });
}

/** @param highestText - How the error names a large `highest`. */
export function wholeNumber(
  subject: string,
  lowest: bigint,
  highest: bigint,
  highestText = String(highest),
): ValueParser<number> {
  const check = checked(subject, `a whole number from ${lowest} to ${highestText}`, (text) => {
    return /^\d+$/.test(text) && BigInt(text) >= lowest && BigInt(text) <= highest;
  });
  return (text) => Number(check(text));
}

/** The text of a Go duration above 0. */
export function duration(subject: string): ValueParser<string> {
  return checked(subject, 'a duration above 0, such as 90s or 11m', (text) => (parseGoDuration(text) ?? 0) > 0);
}

/** As kubectl: a Go duration, or whole seconds; 0 removes the limit. @returns Milliseconds, possibly `Infinity`. */
export function requestTimeout(subject: string): ValueParser<number> {
  const check = checked(subject, 'a duration or a number of seconds, such as 30s or 30', (text) => timeMs(text) >= 0);
  return (text) => timeMs(check(text)) || Infinity;
}

function timeMs(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : (parseGoDuration(text) ?? -1);
}

/** Of an option that may stand several times: all its values. */
export function repeated<Value>(parse: ValueParser<Value>): (text: string, before?: readonly Value[]) => Value[] {
  return (text, before = []) => [...before, parse(text)];
}

export function nonEmpty(subject: string): ValueParser<string> {
  return checked(subject, 'at least one character', (text) => text !== '');
}

export function oneOf<const Words extends readonly string[]>(
  subject: string,
  words: Words,
): ValueParser<Words[number]> {
  return checked(subject, `one of ${words.join(', ')}`, (text) => words.includes(text));
}

function checked(subject: string, expected: string, isGood: (text: string) => boolean): ValueParser<string> {
  return (text) => {
    if (!isGood(text)) throw new UsageError(`${subject} must be ${expected}, got "${text}".`);
    return text;
  };
}
