import { ConfigError } from './config.ts';
import { ServiceLog, type LogFormat } from './service-log.ts';

const EXIT_FAILED = 1;
/** `EX_CONFIG` of sysexits.h: a restart does not help until the configuration is corrected. */
const EXIT_CONFIG = 78;
/** Part of the grace time that is reserved for the exit itself, in milliseconds. */
const EXIT_MS = 500;

export interface Program {
  /** Aborted when the process is asked to stop. */
  readonly shutdown: AbortSignal;
  /** Replaces the log, after the configuration was read. */
  readonly logTo: (log: ServiceLog) => void;
  /** Limits a shutdown to the grace time. @param open - Names of the parts that have not ended; kept up to date. */
  readonly limitShutdown: (graceMs: number, open: ReadonlySet<string>) => void;
}

/** Runs a program until it is asked to stop. @returns The exit code; an error has been logged. */
export async function runProgram(shutdown: AbortSignal, run: (program: Program) => Promise<void>): Promise<number> {
  /** Logs what goes wrong before the configuration is read. */
  let log = new ServiceLog({ level: 'INFO', format: formatOf(process.env['LOG_FORMAT']), secrets: [] });
  process.once('uncaughtException', (error) => process.exit(logEnd(log, error)));
  const limitShutdown = (graceMs: number, open: ReadonlySet<string>): void => {
    const onShutdown = (): void => {
      log.log('ServiceStopping', { signal: (shutdown.reason as Error).message });
      const exit = (): void => {
        log.log('ShutdownForced', { parts: [...open] });
        process.exit(0);
      };
      setTimeout(exit, Math.max(EXIT_MS, graceMs - EXIT_MS));
    };
    shutdown.addEventListener('abort', onShutdown, { once: true });
  };
  try {
    shutdown.throwIfAborted();
    await run({ shutdown, logTo: (wanted) => (log = wanted), limitShutdown });
    log.log('ServiceStopped');
    return 0;
  } catch (error) {
    return shutdown.aborted ? 0 : logEnd(log, error);
  }
}

/** @param wanted - Of the configuration. Unset: text on a terminal. */
export function formatOf(wanted: string | undefined): LogFormat {
  if (wanted === 'json' || wanted === 'text') return wanted;
  return process.stderr.isTTY ? 'text' : 'json';
}

function logEnd({ log }: ServiceLog, error: unknown): number {
  if (!(error instanceof ConfigError)) {
    log('ServiceFailed', { error });
    return EXIT_FAILED;
  }
  log('ConfigurationInvalid', { code: error.code, problems: error.problems });
  return EXIT_CONFIG;
}
