import type { Metrics } from '../api/metrics.ts';
import { runbookCensus } from '../core/runbook/runbook-measures.ts';
import { taskCensus } from '../core/task-measures.ts';
import type { LeadingBridge } from './leading-bridge.ts';
import { repeat } from './repeat.ts';

const INTERVAL_MS = 1_000;
/** Counting looks at every task and every runbook in the cache. */
const CENSUS_INTERVAL_MS = 5_000;

/**
 * Publishes the gauges of the bridge until the signal is aborted. In a process that stands by, all of them are 0: a sum
 * over the processes is what the leader says.
 */
export function observeBridge(bridge: LeadingBridge, metrics: Metrics, signal: AbortSignal): void {
  repeat(INTERVAL_MS, signal, () => {
    metrics.set('sei_bridge_queue_length', {}, bridge.queueLength);
    metrics.set('sei_bridge_leading', {}, bridge.isLeading ? 1 : 0);
    metrics.set('sei_bridge_lease_shared', {}, bridge.conflict === undefined ? 0 : 1);
    metrics.set('sei_bridge_backing_off', {}, bridge.failing);
    metrics.set('sei_bridge_orphans_withheld', {}, bridge.orphansWithheld);
    metrics.set('sei_bridge_watch_age_seconds', {}, (bridge.current?.watchAgeMs ?? 0) / 1000);
  });
  repeat(CENSUS_INTERVAL_MS, signal, () => {
    const { counts, oldestPending } = taskCensus(bridge.current?.tasks ?? [], Date.now());
    for (const { kind, phase, count } of counts) metrics.set('sei_tasks', { kind, phase }, count);
    for (const { kind, ageSeconds } of oldestPending)
      metrics.set('sei_task_oldest_pending_age_seconds', { kind }, ageSeconds);
    const runbooks = runbookCensus(bridge.current?.runbooks ?? [], Date.now());
    for (const { phase, count } of runbooks.counts) metrics.set('sei_runbooks', { phase }, count);
    for (const { reason, seconds } of runbooks.withoutProgress)
      metrics.set('sei_runbook_progress_age_seconds', { reason }, seconds);
  });
}
