import type { LogLevel, LogMetadata, Logger } from '@temporalio/common';
import type { LogLevelName } from '../api/log.ts';
import { isTaskKind } from '../api/task-kinds.ts';
import { failureCode } from '../lib/error-chain.ts';
import { RepeatedFailures } from '../lib/repeated-failures.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An activity's task token is enough to complete the activity. The other two are whole tasks, with token and input. */
const NOT_LOGGED = ['taskToken', 'task', 'taskEncoded'];

/**
 * Logger for Temporal's SDK. Folds what it repeats: an activity that fails is retried for hours, and a thousand of them
 * fail together.
 */
export class SdkLog implements Logger {
  readonly #write: (level: LogLevelName, fields: Fields) => void;
  readonly #failures = new RepeatedFailures();

  /** @param write - Called with the message among the fields. */
  constructor(write: (level: LogLevelName, fields: Fields) => void) {
    this.#write = write;
  }

  log(level: LogLevel, message: string, metadata: LogMetadata = {}): void {
    // Traces contain whole tasks.
    if (level === 'TRACE') return;
    const fields = { message, ...ownFields(metadata) };
    if (level === 'DEBUG' || level === 'INFO') this.#write(level, fields);
    else if (isVerdict(message, metadata)) this.#write('DEBUG', fields);
    else this.#failed(level, message, fields);
  }

  #failed(level: 'WARN' | 'ERROR', message: string, fields: Fields): void {
    const { error = message, activityType, workflowType } = fields;
    const code = [message, activityType ?? workflowType, error === message ? '' : failureCode(error)].join('/');
    const { error: _, ...report } = this.#failures.failed(error, undefined, code);
    this.#write(report.folded === true ? 'DEBUG' : level, { ...fields, ...report });
  }

  trace(): void {}

  debug(message: string, metadata?: LogMetadata): void {
    this.log('DEBUG', message, metadata);
  }

  info(message: string, metadata?: LogMetadata): void {
    this.log('INFO', message, metadata);
  }

  warn(message: string, metadata?: LogMetadata): void {
    this.log('WARN', message, metadata);
  }

  error(message: string, metadata?: LogMetadata): void {
    this.log('ERROR', message, metadata);
  }
}

/** The verdict has a line of its own. */
function isVerdict(message: string, { workflowType }: LogMetadata): boolean {
  return message === 'Workflow failed' && isTaskKind(String(workflowType));
}

/** The run of an activity's workflow has the name that the service uses. */
function ownFields(metadata: LogMetadata): Fields {
  const { workflowRunId: runId, ...others } = metadata;
  const fields = Object.entries(others).filter(([name]) => !NOT_LOGGED.includes(name));
  return Object.fromEntries(runId === undefined ? fields : [...fields, ['runId', runId]]);
}
