import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { logEvents } from '../../api/log-events.ts';
import { logLevels, type LogEvent, type LogFields, type LogLevelName } from '../../api/log.ts';
import type { LoggedError } from '../../worker/log-text.ts';

export interface WrittenLine extends Omit<LogFields, 'error'> {
  readonly time: string;
  readonly level: LogLevelName;
  readonly event: LogEvent;
  readonly message: string;
  readonly error?: LoggedError;
}

/**
 * What a service has logged so far, as JSON. Fails the test when a line is not as the catalogue says.
 *
 * @param event - Only lines of this event. Unset: all.
 */
export async function logLines(file: string, event?: LogEvent): Promise<WrittenLine[]> {
  const text = await readFile(file, 'utf8');
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  return complete
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine)
    .filter((line) => event === undefined || line.event === event);
}

/** Codes of the error in a line and of its causes, outermost first. */
export function errorCodes({ error }: WrittenLine): readonly string[] {
  const chain = error === undefined ? [] : [error, ...(error.causes ?? [])];
  return chain.flatMap(({ code }) => (code === undefined ? [] : [code]));
}

/** One line of JSON. Fails the test when it is not as the catalogue says. */
export function parseLine(text: string): WrittenLine {
  const line = JSON.parse(text) as WrittenLine;
  const { time, level, event, message, ...fields } = line;
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, text);
  assert.ok(logLevels.includes(level), text);
  const known: { readonly message: string; readonly fields: readonly string[] } | undefined = logEvents[event];
  assert.ok(known !== undefined, text);
  if (event === 'TemporalSdk') return line;
  assert.equal(message, known.message);
  const others = Object.keys(fields).filter((name) => !known.fields.includes(name));
  assert.deepEqual(others, [], text);
  return line;
}
