import { Runtime, type DefaultLogger } from '@temporalio/worker';
import { escaped } from '../lib/escaped.ts';
import { temporalSecrets } from '../lib/temporal-secrets.ts';
import { ConfigError } from './config.ts';
import { createLogger } from './create-logger.ts';
import { readConfiguration, readTemporalConfig } from './read-configuration.ts';
import { histogramBuckets, RuntimeMetrics } from './runtime-metrics.ts';
import { runService } from './run-service.ts';

const EXIT_FAILED = 1;
/** `EX_CONFIG` of sysexits.h: a restart does not help until the configuration is corrected. */
const EXIT_CONFIG = 78;
/** Part of the grace time that is reserved for the exit itself, in milliseconds. */
const EXIT_MS = 500;

/** Runs the service until it is asked to stop. @returns The exit code; an error has been written to standard error. */
export async function runProcess(shutdown: AbortSignal): Promise<number> {
  try {
    await run(shutdown);
    return 0;
  } catch (error) {
    if (shutdown.aborted) return 0;
    process.stderr.write(`${escaped(error instanceof Error ? error.message : String(error))}\n`);
    return error instanceof ConfigError ? EXIT_CONFIG : EXIT_FAILED;
  }
}

async function run(shutdown: AbortSignal): Promise<void> {
  shutdown.throwIfAborted();
  const metrics = new RuntimeMetrics(() => Runtime.instance().metricMeter);
  const { config, ...connections } = readConfiguration(metrics);
  const secrets = temporalSecrets(connections.temporal.connectionOptions);
  const log = createLogger(config.LOG_LEVEL, secrets);
  installRuntime(config.METRICS_ADDRESS, log);
  metrics.startCounters();
  const open = new Set<string>();
  const stopAtOnce = (): void => {
    log.info('Shutting down', { reason: (shutdown.reason as Error).message });
    setTimeout(
      () => {
        log.warn('SHUTDOWN_GRACE is over; the process exits although parts of it have not ended', { open: [...open] });
        process.exit(0);
      },
      Math.max(EXIT_MS, config.SHUTDOWN_GRACE - EXIT_MS),
    );
  };
  shutdown.addEventListener('abort', stopAtOnce, { once: true });
  const rereadTemporal = readTemporalConfig;
  await runService({ config, ...connections, rereadTemporal, secrets, metrics, log, shutdown, open });
}

function installRuntime(metricsAddress: string, logger: DefaultLogger): void {
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
    throw new Error(`METRICS_ADDRESS=${metricsAddress} cannot be served: ${(cause as Error).message}`, { cause });
  }
}
