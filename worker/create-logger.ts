import { DefaultLogger, type LogEntry, type LogLevel } from '@temporalio/worker';
import { escaped } from '../lib/escaped.ts';
import { withoutSecrets } from '../lib/without-secrets.ts';

/** An activity's task token is enough to complete the activity. The other two are whole tasks, with token and input. */
const NOT_LOGGED = ['taskToken', 'task', 'taskEncoded'];

/**
 * A logger that writes one JSON object per line to standard error, with control characters escaped.
 *
 * @param secrets - Never logged: a server may repeat in its answer what it was sent.
 */
export function createLogger(level: LogLevel, secrets: readonly string[]): DefaultLogger {
  return new DefaultLogger(level, (entry) =>
    process.stderr.write(`${escaped(withoutSecrets(JSON.stringify(lineOf(entry)), secrets))}\n`),
  );
}

function lineOf({ timestampNanos, level, message, meta }: LogEntry): Record<string, unknown> {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  const fields = Object.entries(meta ?? {}).filter(([name]) => !NOT_LOGGED.includes(name));
  return { time, level, message, ...Object.fromEntries(fields.map(([name, value]) => [name, plain(value)])) };
}

/** Errors are logged as message and code only: their other fields may contain a request's headers. */
function plain(value: unknown): unknown {
  if (value instanceof Error) {
    const { code } = value as { code?: unknown };
    return { name: value.name, message: value.message, ...(typeof code === 'string' ? { code } : {}) };
  }
  return typeof value === 'bigint' ? value.toString() : value;
}
