import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Metrics } from '../api/metrics.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { Checks } from './probe-server.ts';
import { repeat } from './repeat.ts';

const INTERVAL_MS = 5_000;
const READINESS_INTERVAL_MS = 1_000;
/** How often the event loop is measured, in milliseconds; part of what the monitor counts as delay. */
const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;

/** Publishes until the signal is aborted: version, readiness, CPU, memory and the delay of the event loop. */
export function observeProcess(
  metrics: Metrics,
  { commit, checks }: { readonly commit: string; readonly checks: () => Checks },
  signal: AbortSignal,
): void {
  const { version } = packageJson;
  metrics.set('sei_build_info', { version, commit, node_version: process.versions.node }, 1);
  metrics.set('process_start_time_seconds', {}, Math.round(performance.timeOrigin) / 1000);
  observeCpu(metrics, signal);
  observeEventLoop(metrics, signal);
  repeat(INTERVAL_MS, signal, () => {
    metrics.set('process_resident_memory_bytes', {}, process.memoryUsage.rss());
    metrics.set('nodejs_heap_size_used_bytes', {}, process.memoryUsage().heapUsed);
  });
  repeat(READINESS_INTERVAL_MS, signal, () => {
    for (const [check, { passes }] of Object.entries(checks()))
      if (check !== 'running' && check !== 'standing by') metrics.set('sei_ready_check', { check }, passes ? 1 : 0);
  });
}

/** A counter of the SDK takes whole numbers: what is less than a second is counted the next time. */
function observeCpu(metrics: Metrics, signal: AbortSignal): void {
  let counted = 0;
  repeat(INTERVAL_MS, signal, () => {
    const { user, system } = process.cpuUsage();
    const seconds = Math.floor((user + system) / 1e6);
    metrics.count('process_cpu_seconds_total', {}, seconds - counted);
    counted = seconds;
  });
}

function observeEventLoop(metrics: Metrics, signal: AbortSignal): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000) || 0;
  delay.enable();
  signal.addEventListener('abort', () => delay.disable(), { once: true });
  repeat(INTERVAL_MS, signal, () => {
    metrics.set('nodejs_eventloop_lag_p99_seconds', {}, seconds(delay.percentile(99)));
    metrics.set('nodejs_eventloop_lag_max_seconds', {}, seconds(delay.max));
    delay.reset();
  });
}
