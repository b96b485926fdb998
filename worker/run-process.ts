import { Runtime } from '@temporalio/worker';
import { temporalSecrets } from '../lib/temporal-secrets.ts';
import { installRuntime } from './install-runtime.ts';
import { readConfiguration, readTemporalConfig } from './read-configuration.ts';
import { formatOf, runProgram, type Program } from './run-program.ts';
import { RuntimeMetrics } from './runtime-metrics.ts';
import { runService } from './run-service.ts';
import { ServiceLog } from './service-log.ts';

/** Runs the service until it is asked to stop. @returns The exit code; an error has been logged. */
export function runProcess(shutdown: AbortSignal): Promise<number> {
  return runProgram(shutdown, run);
}

async function run({ shutdown, logTo, limitShutdown }: Program): Promise<void> {
  const metrics = new RuntimeMetrics(() => Runtime.instance().metricMeter);
  const { config, ...connections } = await readConfiguration(metrics);
  shutdown.throwIfAborted();
  const secrets = temporalSecrets(connections.temporal.connectionOptions);
  const log = new ServiceLog({ level: config.LOG_LEVEL, format: formatOf(config.LOG_FORMAT), secrets });
  logTo(log);
  installRuntime(config.METRICS_ADDRESS, log.sdk);
  metrics.startCounters();
  const open = new Set<string>();
  limitShutdown(config.SHUTDOWN_GRACE, open);
  const rereadTemporal = readTemporalConfig;
  await runService({ config, ...connections, rereadTemporal, secrets, metrics, log, shutdown, open });
}
