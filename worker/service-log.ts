import type { Logger } from '@temporalio/common';
import { logEvents } from '../api/log-events.ts';
import { logLevels, type Log, type LogEvent, type LogFields, type LogLevelName } from '../api/log.ts';
import { escaped } from '../lib/escaped.ts';
import { errorChain, isError } from '../lib/error-chain.ts';
import { withoutSecrets } from '../lib/without-secrets.ts';
import { logText, type LoggedError, type LogLine } from './log-text.ts';
import { SdkLog } from './sdk-log.ts';

export type LogFormat = 'json' | 'text';

export interface ServiceLogOptions {
  readonly level: LogLevelName;
  readonly format: LogFormat;
  /** Never logged: a server may repeat in its answer what it was sent. */
  readonly secrets: readonly string[];
  /** Where lines go. Default: standard error. */
  readonly write?: (line: string) => unknown;
}

/** The log of the process, with a level that can change while it runs. */
export class ServiceLog {
  readonly #options: ServiceLogOptions;
  #level: LogLevelName;
  /** Logs a line of the service. */
  readonly log: Log = (event, fields) => this.#log(event, fields);
  /** For Temporal's SDK. */
  readonly sdk: Logger = new SdkLog((level, fields) => this.#write(level, 'TemporalSdk', fields));

  constructor(options: ServiceLogOptions) {
    this.#options = options;
    this.#level = options.level;
  }

  get level(): LogLevelName {
    return this.#level;
  }

  /** Changes the level, and logs that at the lower one of the two. */
  set level(level: LogLevelName) {
    const before = this.#level;
    if (isBelow(level, before)) this.#level = level;
    this.log('LogLevelChanged', { logLevel: level, before });
    this.#level = level;
  }

  #log(event: LogEvent, fields: LogFields = {}): void {
    const { level, message } = logEvents[event];
    this.#write(fields.folded === true ? 'DEBUG' : level, event, { message, ...fields });
  }

  #write(level: LogLevelName, event: LogEvent, fields: Readonly<Record<string, unknown>>): void {
    if (isBelow(level, this.#level)) return;
    const { message, ...others } = fields;
    const line = {
      time: new Date().toISOString(),
      level,
      event,
      message: String(message),
      ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, plain(value)])),
    };
    const { format, secrets, write = (text) => process.stderr.write(text) } = this.#options;
    write(`${escaped(withoutSecrets(format === 'json' ? jsonLine(line) : logText(line), secrets))}\n`);
  }
}

function isBelow(level: LogLevelName, other: LogLevelName): boolean {
  return logLevels.indexOf(level) < logLevels.indexOf(other);
}

function jsonLine(line: LogLine): string {
  return JSON.stringify(line, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

function plain(value: unknown): unknown {
  return isError(value) ? loggedError(value) : value;
}

function loggedError(error: Error): LoggedError {
  const [{ name, message, ...outermost } = { name: error.name, message: error.message }, ...causes] = errorChain(error);
  return { name, message, ...outermost, ...(causes.length > 0 ? { causes } : {}) };
}
