import type { Logger } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { ListenError } from './errors.ts';
import { histogramBuckets } from './runtime-metrics.ts';

/** Installs Temporal's runtime, which serves `/metrics`. @throws ListenError when the address cannot be served. */
export function installRuntime(metricsAddress: string, logger: Logger): void {
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
