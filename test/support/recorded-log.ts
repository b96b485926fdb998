import type { Log, LogEvent, LogFields } from '../../api/log.ts';

export interface RecordedLine extends LogFields {
  readonly event: LogEvent;
}

/** A log for parts of the service that a test runs itself. */
export class RecordedLog {
  /** Without those that are only logged at level DEBUG because they repeat an earlier one. */
  readonly lines: RecordedLine[] = [];
  readonly log: Log = (event, fields) => {
    if (fields?.folded !== true) this.lines.push({ event, ...fields });
  };

  /** @returns The lines of this event. */
  of(event: LogEvent): RecordedLine[] {
    return this.lines.filter((line) => line.event === event);
  }

  get events(): LogEvent[] {
    return this.lines.map(({ event }) => event);
  }

  /** Codes of the errors in the lines, outermost first. */
  get codes(): unknown[] {
    return this.lines.flatMap(({ error }) => (error === undefined ? [] : [(error as { code?: unknown }).code]));
  }
}

/** A log that nobody reads. */
export const noLog: Log = () => {};
