/** Milliseconds since 1970 with fractions, on the clock by which simulated nodes record requests. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
