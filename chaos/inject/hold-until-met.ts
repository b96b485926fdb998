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
export async function holdUntilMet({ fault, signal }: Injection, isMet: () => boolean): Promise<boolean> {
  const begin = performance.now();
  const lasts = (): number => performance.now() - begin;
  while (lasts() < fault.forMs || (!isMet() && lasts() < PATIENCE_MS)) await sleep(LOOK_MS, undefined, { signal });
  return isMet();
}
