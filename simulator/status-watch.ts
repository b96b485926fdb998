import { setTimeout as sleep } from 'node:timers/promises';
import type { SeidStatus } from './kubelet.ts';

interface Wait {
  wanted: (status: SeidStatus) => boolean;
  resolve: () => void;
}

/** Polls seid's RPC once for all waits of a node: thousands of them cost no more than one. */
export class StatusWatch {
  readonly #look: () => Promise<SeidStatus | undefined>;
  readonly #intervalMs: number;
  readonly #waits = new Set<Wait>();
  #looks = false;

  constructor(look: () => Promise<SeidStatus | undefined>, intervalMs: number) {
    this.#look = look;
    this.#intervalMs = intervalMs;
  }

  /**
   * Resolves when seid's status matches.
   * @throws the signal's reason.
   */
  async until(wanted: Wait['wanted'], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const wait = { wanted, resolve };
    const giveUp = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waits.add(wait);
    void this.#lookOn();
    try {
      await promise;
    } finally {
      this.#waits.delete(wait);
      signal.removeEventListener('abort', giveUp);
    }
  }

  async #lookOn(): Promise<void> {
    if (this.#looks) return;
    this.#looks = true;
    while (this.#waits.size > 0) {
      const status = await this.#look();
      const over = status === undefined ? [] : [...this.#waits].filter(({ wanted }) => wanted(status));
      for (const { resolve } of over) resolve();
      // Does not keep this process alive: the waits may be aborted before.
      await sleep(this.#intervalMs, undefined, { ref: false });
    }
    this.#looks = false;
  }
}
