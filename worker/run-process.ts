import type { Logger } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { temporalSecrets } from '../lib/temporal-secrets.ts';
import { ConfigError } from './config.ts';
import { ListenError } from './errors.ts';
import { readConfiguration, readTemporalConfig } from './read-configuration.ts';
import { histogramBuckets, RuntimeMetrics } from './runtime-metrics.ts';
import { runService } from './run-service.ts';
import { ServiceLog, type LogFormat } from './service-log.ts';

const EXIT_FAILED = 1;
/** `EX_CONFIG` of sysexits.h: a restart does not help until the configuration is corrected. */
const EXIT_CONFIG = 78;
/** Part of the grace time that is reserved for the exit itself, in milliseconds. */
const EXIT_MS = 500;

/** Logs what goes wrong before the configuration is read. */
let log = new ServiceLog({ level: 'INFO', format: formatOf(process.env['LOG_FORMAT']), secrets: [] });

/** Runs the service until it is asked to stop. @returns The exit code; an error has been logged. */
export async function runProcess(shutdown: AbortSignal): Promise<number> {
  process.once('uncaughtException', (error) => process.exit(logEnd(error)));
  try {
    await run(shutdown);
    return 0;
  } catch (error) {
    return shutdown.aborted ? 0 : logEnd(error);
  }
}

async function run(shutdown: AbortSignal): Promise<void> {
  shutdown.throwIfAborted();
  const metrics = new RuntimeMetrics(() => Runtime.instance().metricMeter);
  const { config, ...connections } = await readConfiguration(metrics);
  shutdown.throwIfAborted();
  const secrets = temporalSecrets(connections.temporal.connectionOptions);
  log = new ServiceLog({ level: config.LOG_LEVEL, format: formatOf(config.LOG_FORMAT), secrets });
  installRuntime(config.METRICS_ADDRESS, log.sdk);
  metrics.startCounters();
  const open = new Set<string>();
  const onShutdown = (): void => {
    log.log('ServiceStopping', { signal: (shutdown.reason as Error).message });
    const exit = (): void => {
      log.log('ShutdownForced', { parts: [...open] });
      process.exit(0);
    };
    setTimeout(exit, Math.max(EXIT_MS, config.SHUTDOWN_GRACE - EXIT_MS));
  };
  shutdown.addEventListener('abort', onShutdown, { once: true });
  const rereadTemporal = readTemporalConfig;
  await runService({ config, ...connections, rereadTemporal, secrets, metrics, log, shutdown, open });
  log.log('ServiceStopped');
}

/** @param wanted - Of the configuration. Unset: text on a terminal. */
function formatOf(wanted: string | undefined): LogFormat {
  if (wanted === 'json' || wanted === 'text') return wanted;
  return process.stderr.isTTY ? 'text' : 'json';
}

function installRuntime(metricsAddress: string, logger: Logger): void {
  try {
    Runtime.install({
      logger,
      shutdownSignals: [],
      telemetryOptions: {
        logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
        metrics: { prometheus: { bindAddress: metricsAddress, histogramBucketOverrides: histogramBuckets } },
      },
    });
  } catch (cause) {
    throw new ListenError('METRICS_ADDRESS', metricsAddress, cause);
  }
}

function logEnd(error: unknown): number {
  if (!(error instanceof ConfigError)) {
    log.log('ServiceFailed', { error });
    return EXIT_FAILED;
  }
  log.log('ConfigurationInvalid', { code: error.code, problems: error.problems });
  return EXIT_CONFIG;
}
