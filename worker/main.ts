import { loadClientConnectConfig } from '@temporalio/envconfig';
import { Runtime } from '@temporalio/worker';
import { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../kubernetes/load-kube-config.ts';
import { readConfig } from './config.ts';
import { createLogger } from './create-logger.ts';
import { runService } from './run-service.ts';

const EXIT_FAILED = 1;
/** `EX_CONFIG` of sysexits.h: starting again does not help until somebody corrects the configuration. */
const EXIT_CONFIG = 78;

function configuration() {
  return {
    config: readConfig(process.env),
    temporal: loadClientConnectConfig(),
    transport: new KubernetesTransport(loadKubeConfig()),
  };
}

async function run({ config, ...connections }: ReturnType<typeof configuration>): Promise<void> {
  Runtime.install({
    logger: createLogger(config.LOG_LEVEL),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      metrics: { prometheus: { bindAddress: config.METRICS_ADDRESS } },
    },
  });
  const shutdown = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      Runtime.instance().logger.info('Shutting down', { signal: name });
      shutdown.abort(new Error(`received ${name}`));
    });
  }
  await runService({ config, ...connections, shutdown: shutdown.signal });
}

try {
  await run(configuration());
} catch (error) {
  const failure = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${failure.message}\n`);
  process.exitCode = (failure as { retryable?: boolean }).retryable === false ? EXIT_CONFIG : EXIT_FAILED;
}
