import { isTerminalRunbook, runbookPhases, type RunbookPhase } from '../../api/runbook-phases.ts';
import { runbookReasons, type RunbookReason } from '../../api/runbook-reasons.ts';
import type { RunbookStatus, SeiNodeRunbook } from '../../api/sei-node-runbook.ts';

const reasonNames = Object.keys(runbookReasons) as readonly RunbookReason[];
/** Waits that the spec asks for. */
const WANTED_WAITS: readonly unknown[] = ['OutsideWindow', 'Soaking'];

/** All runbooks at one moment. Every phase and reason is there, also with 0: a gauge keeps its last value. */
export interface RunbookCensus {
  readonly counts: readonly { readonly phase: RunbookPhase; readonly count: number }[];
  /** How long the runbook that has had no progress for longest has had none, by `status.reason`. */
  readonly withoutProgress: readonly { readonly reason: RunbookReason; readonly seconds: number }[];
}

/** Counts runbooks by phase, and finds those that should continue by themselves and do not. */
export function runbookCensus(runbooks: readonly SeiNodeRunbook[], nowMs: number): RunbookCensus {
  const counts = new Map<string, number>();
  const sinceMs = new Map<string, number>();
  for (const runbook of runbooks) {
    const { phase, reason } = shownBy(runbook);
    counts.set(phase, (counts.get(phase) ?? 0) + 1);
    if (continuesByItself(phase, reason))
      sinceMs.set(reason, Math.min(sinceMs.get(reason) ?? nowMs, progressMs(runbook) ?? nowMs));
  }
  return {
    counts: runbookPhases.map((phase) => ({ phase, count: counts.get(phase) ?? 0 })),
    withoutProgress: reasonNames.map((reason) => ({
      reason,
      seconds: (nowMs - (sinceMs.get(reason) ?? nowMs)) / 1_000,
    })),
  };
}

function shownBy({ status }: SeiNodeRunbook): { readonly phase: RunbookPhase; readonly reason: string } {
  return { phase: status?.phase ?? 'Planning', reason: status?.reason ?? 'Planning' };
}

/** A halted chain pauses a runbook that nobody has paused. */
function continuesByItself(phase: RunbookPhase, reason: string): boolean {
  if (phase === 'Paused') return reason === 'ChainHalted';
  return phase !== 'NeedsOperator' && !isTerminalRunbook(phase) && !WANTED_WAITS.includes(reason);
}

/** When the phase, or the step of a node, last changed. Unset: the resource has no time at all. */
function progressMs({ metadata, status = {} }: SeiNodeRunbook): number | undefined {
  const { startedAt, phaseTransitionTime, nodes = [] } = status;
  const times = [metadata.creationTimestamp, startedAt, phaseTransitionTime, ...nodes.map(({ since }) => since)];
  const known = times.map((time) => Date.parse(time ?? '')).filter((ms) => !Number.isNaN(ms));
  return known.length === 0 ? undefined : Math.max(...known);
}

/** From `status.startedAt` to the end of a finished runbook, in seconds. Unset: it has no such times. */
export function runbookSeconds({ phase, startedAt, completedAt }: RunbookStatus): number | undefined {
  const seconds = (Date.parse(completedAt ?? '') - Date.parse(startedAt ?? '')) / 1_000;
  return isTerminalRunbook(phase) && !Number.isNaN(seconds) ? Math.max(0, seconds) : undefined;
}
