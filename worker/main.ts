import { Runtime, type DefaultLogger } from '@temporalio/worker';
import { escaped } from '../lib/escaped.ts';
import { temporalSecrets } from '../lib/temporal-secrets.ts';
import { ConfigError } from './config.ts';
import { createLogger } from './create-logger.ts';
import { readConfiguration } from './read-configuration.ts';
import { histogramBuckets, RuntimeMetrics } from './runtime-metrics.ts';
import { runService } from './run-service.ts';

const EXIT_FAILED = 1;
/** `EX_CONFIG` of sysexits.h: a restart does not help until the configuration is corrected. */
const EXIT_CONFIG = 78;

async function run(): Promise<void> {
  const metrics = new RuntimeMetrics(() => Runtime.instance().metricMeter);
  const { config, ...connections } = readConfiguration(metrics);
  const log = createLogger(config.LOG_LEVEL, temporalSecrets(connections.temporal.connectionOptions));
  installRuntime(config.METRICS_ADDRESS, log);
  metrics.startCounters();
  const shutdown = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      log.info('Shutting down', { signal: name });
      shutdown.abort(new Error(`received ${name}`));
    });
  }
  await runService({ config, ...connections, metrics, log, shutdown: shutdown.signal });
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

let code = 0;
try {
  await run();
} catch (error) {
  process.stderr.write(`${escaped(error instanceof Error ? error.message : String(error))}\n`);
  code = error instanceof ConfigError ? EXIT_CONFIG : EXIT_FAILED;
}
// The SDK's runtime keeps the process alive until its connection is closed, and a connection attempt cannot be aborted.
process.exit(code);
