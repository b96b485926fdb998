import { setTimeout as sleep } from 'node:timers/promises';
import type { Injection } from './injector.ts';
import { isStopped } from './is-stopped.ts';

/** A process, and how it is sent a signal. */
interface Pausable {
  readonly pid: number;
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => Promise<void> | void;
}

/** SIGSTOP, and after a while SIGCONT. @returns Whether the process had stopped. */
export async function pause({ pid, signal: send }: Pausable, { fault, signal }: Injection): Promise<boolean> {
  await send('SIGSTOP');
  try {
    const tookEffect = await isStopped(pid);
    await sleep(fault.forMs, undefined, { signal });
    return tookEffect;
  } finally {
    await send('SIGCONT');
  }
}
