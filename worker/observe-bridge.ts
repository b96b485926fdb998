import { Runtime } from '@temporalio/worker';
import type { LeadingBridge } from './leading-bridge.ts';

const INTERVAL_MS = 1_000;

/**
 * Publishes gauges until the signal is aborted: `sei_bridge_queue_length`, `sei_bridge_orphans_withheld`, and
 * `sei_bridge_leading`, which is 1 in the leader and 0 in those that stand by.
 */
export function observeBridge(bridge: LeadingBridge, signal: AbortSignal): void {
  const meter = Runtime.instance().metricMeter;
  const length = meter.createGauge(
    'sei_bridge_queue_length',
    'int',
    '1',
    'SeiNodeTasks that wait to be reconciled, also after a failure',
  );
  const leading = meter.createGauge(
    'sei_bridge_leading',
    'int',
    '1',
    '1 while this process turns SeiNodeTasks into workflows',
  );
  const withheld = meter.createGauge(
    'sei_bridge_orphans_withheld',
    'int',
    '1',
    'Open workflows without a SeiNodeTask that are not cancelled because they are too many to be believed',
  );
  const observe = (): void => {
    length.set(bridge.queueLength);
    withheld.set(bridge.orphansWithheld);
    leading.set(bridge.isLeading ? 1 : 0);
  };
  observe();
  const timer = setInterval(observe, INTERVAL_MS);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
