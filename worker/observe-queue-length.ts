import { Runtime } from '@temporalio/worker';
import type { Bridge } from '../crd-bridge/bridge.ts';

const INTERVAL_MS = 5_000;

/** Publishes the length of the bridge's queue as the gauge `sei_bridge_queue_length`, until the signal is aborted. */
export function observeQueueLength(bridge: Bridge, signal: AbortSignal): void {
  const gauge = Runtime.instance().metricMeter.createGauge(
    'sei_bridge_queue_length',
    'int',
    '1',
    'SeiNodeTasks that wait to be reconciled',
  );
  const observe = (): void => gauge.set(bridge.queueLength);
  observe();
  const timer = setInterval(observe, INTERVAL_MS);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
