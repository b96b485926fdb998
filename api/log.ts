import type { LogField, logEvents } from './log-events.ts';

export const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

/** Levels of log lines, the lowest first. */
export type LogLevelName = (typeof logLevels)[number];

/** Names of log lines: the field `event`. */
export type LogEvent = keyof typeof logEvents;

/** What varies between lines of one event. A field that is `undefined` is left out. */
export type LogFields = { readonly [Field in LogField]?: unknown };

/**
 * Logs one line. Level and message follow from the event; with `folded: true` the level is DEBUG. Errors may be passed
 * as they are.
 */
export type Log = (event: LogEvent, fields?: LogFields) => void;
