import { Runtime } from '@temporalio/worker';
import type { Logger } from '@temporalio/common';
import { temporalSecrets } from '../lib/temporal-secrets.ts';
import { ConfigError } from './config.ts';
import { ListenError } from './errors.ts';
import { readConfiguration } from './read-configuration.ts';
import { runService } from './run-service.ts';
import { ServiceLog, type LogFormat } from './service-log.ts';

const EXIT_FAILED = 1;
/** `EX_CONFIG` of sysexits.h: a restart does not help until the configuration is corrected. */
const EXIT_CONFIG = 78;

/** Logs what goes wrong before the configuration is read. */
let log = new ServiceLog({ level: 'INFO', format: formatOf(process.env['LOG_FORMAT']), secrets: [] });

async function run(): Promise<void> {
  const { config, ...connections } = await readConfiguration();
  const secrets = temporalSecrets(connections.temporal.connectionOptions);
  log = new ServiceLog({ level: config.LOG_LEVEL, format: formatOf(config.LOG_FORMAT), secrets });
  installRuntime(config.METRICS_ADDRESS, log.sdk);
  const shutdown = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.log('ServiceStopping', { signal });
      shutdown.abort(new Error(`received ${signal}`));
    });
  }
  await runService({ config, ...connections, log, shutdown: shutdown.signal });
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
        metrics: { prometheus: { bindAddress: metricsAddress } },
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

process.once('uncaughtException', (error) => process.exit(logEnd(error)));
let code = 0;
try {
  await run();
} catch (error) {
  code = logEnd(error);
}
// The SDK's runtime keeps the process alive until its connection is closed, and a connection attempt cannot be aborted.
process.exit(code);
