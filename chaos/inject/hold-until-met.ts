import { setTimeout as sleep } from 'node:timers/promises';
import type { Injection } from './injector.ts';

/** Longest wait for something that a fault hits, in milliseconds. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 50;

/**
 * Lets a fault last as long as it is planned, and beyond that until it has hit something.
 *
 * @returns Whether it has.
 */
export async function holdUntilMet(injection: Injection, isMet: () => boolean): Promise<boolean> {
  const { forMs } = injection.fault;
  await sleep(forMs, undefined, { signal: injection.signal });
  return await waitUntilMet(injection, isMet, PATIENCE_MS - forMs);
}

/** Waits for something that a fault can hit. @returns Whether it has come. */
export async function waitUntilMet(
  { signal }: Injection,
  isMet: () => boolean,
  patienceMs = PATIENCE_MS,
): Promise<boolean> {
  const begin = performance.now();
  while (!isMet() && performance.now() - begin < patienceMs) await sleep(LOOK_MS, undefined, { signal });
  return isMet();
}
