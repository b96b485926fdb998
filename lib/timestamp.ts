/** RFC 3339 in whole seconds, as `metav1.Time` is written. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 with microseconds, as `metav1.MicroTime` is written. The last three digits are 0. */
export function microTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}

/**
 * A moment as the status records it, where that is another one than ours: an attempt that died right after writing it,
 * or another controller, was first. The status has whole seconds, so ours is the more exact of two that agree.
 *
 * @param recorded - RFC 3339.
 * @param oursMs - In milliseconds since the epoch.
 */
export function recordedTime(recorded: string | undefined, oursMs: number): number {
  const recordedMs = Date.parse(recorded ?? '');
  return Number.isNaN(recordedMs) || recorded === timestamp(oursMs) ? oursMs : recordedMs;
}
