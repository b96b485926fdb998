import type { ErrorLink } from '../lib/error-chain.ts';
import { jsonText } from '../lib/json-text.ts';

/** A log line before it is written. */
export interface LogLine {
  /** RFC 3339, with milliseconds. */
  readonly time: string;
  readonly level: string;
  readonly event: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** An error as a log line has it. */
export type LoggedError = ErrorLink & { readonly causes?: readonly ErrorLink[] };

/** Values that need no quotes. */
const BARE = /^[^\s"=]+$/;

/**
 * A log line for people: one line with the fields behind the message, and below it each error with its causes and
 * stack, and each element of a list.
 */
export function logText({ time, level, event, message, ...fields }: LogLine): string {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  const inLine = entries.filter(([, value]) => !isLong(value)).map(pair);
  const below = entries.filter(([, value]) => isLong(value)).flatMap(([name, value]) => block(name, value));
  return [[time, level.padEnd(5), event, message, ...inLine].join(' '), ...below].join('\n');
}

function isLong(value: unknown): boolean {
  return isError(value) || (Array.isArray(value) && value.some((element) => typeof element === 'object'));
}

function isError(value: unknown): value is LoggedError {
  const { name, message } = (value ?? {}) as Partial<LoggedError>;
  return typeof name === 'string' && typeof message === 'string';
}

function pair([name, value]: readonly [string, unknown]): string {
  const text = typeof value === 'string' ? value : jsonText(value);
  return `${name}=${typeof value === 'string' && !BARE.test(text) ? jsonText(text) : text}`;
}

function block(name: string, value: unknown): string[] {
  if (!isError(value))
    return (value as readonly object[]).map((element) => `    ${Object.entries(element).map(pair).join(' ')}`);
  return [...linkText(name, value), ...(value.causes ?? []).flatMap((cause) => linkText('caused by', cause))];
}

function linkText(label: string, { name, code, message, stack }: ErrorLink): string[] {
  const head = [name, ...(code === undefined ? [] : [code])].join(' ');
  const frames = stack === undefined ? [] : stack.split('\n').map((frame) => `        ${frame}`);
  return [`    ${label}: ${head}: ${message.replaceAll('\n', '\n        ')}`, ...frames];
}
