import { timestamp } from '../api/status-update.ts';

/**
 * A moment as the status records it, where that is another one than ours: an attempt that died right after writing it,
 * or another controller, was first. The status has whole seconds, so ours is the more exact of two that agree.
 */
export function recordedTime(recorded: string | undefined, oursMs: number): number {
  const recordedMs = Date.parse(recorded ?? '');
  return Number.isNaN(recordedMs) || recorded === timestamp(oursMs) ? oursMs : recordedMs;
}
