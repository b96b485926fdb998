import type { Metrics } from '../api/metrics.ts';
import { guardHolders, type GuardHold, type GuardHolder } from '../core/guard/guard-hold.ts';

/** The waits for the guard in this process: how many there are, how long the longest lasts, and what they took. */
export class GuardWaits {
  readonly #metrics: Metrics;
  readonly #held = new Set<HeldWait>();
  #nowMs = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.#publish();
  }

  /** @param earlier - What held an earlier part of the wait, perhaps in another process. Unset: nothing. */
  join(earlier?: GuardHold): HeldWait {
    return new HeldWait(earlier, {
      onChange: (wait, nowMs) => {
        if (wait.hold === undefined) this.#held.delete(wait);
        else this.#held.add(wait);
        this.#nowMs = nowMs;
        this.#publish();
      },
      onOver: ({ by: verdict, sinceMs }, nowMs) =>
        this.#metrics.record('sei_guard_wait_duration_seconds', { verdict }, secondsBetween(sinceMs, nowMs)),
      onLeave: (wait) => {
        if (this.#held.delete(wait)) this.#publish();
      },
    });
  }

  /** Every verdict each time, also with 0: a gauge keeps its last value. */
  #publish(): void {
    const holds = [...this.#held].flatMap(({ hold }) => hold ?? []);
    for (const verdict of guardHolders) {
      const since = holds.filter(({ by }) => by === verdict).map(({ sinceMs }) => sinceMs);
      const longest = secondsBetween(Math.min(this.#nowMs, ...since), this.#nowMs);
      this.#metrics.set('sei_guard_waiters', { verdict }, since.length);
      this.#metrics.set('sei_guard_longest_wait_seconds', { verdict }, longest);
    }
  }
}

interface WaitListener {
  readonly onChange: (wait: HeldWait, nowMs: number) => void;
  /** What held it no longer does. */
  readonly onOver: (hold: GuardHold, nowMs: number) => void;
  readonly onLeave: (wait: HeldWait) => void;
}

/** One task or runbook that the guard may hold back. */
export class HeldWait implements Disposable {
  readonly #listener: WaitListener;
  #hold: GuardHold | undefined;

  constructor(earlier: GuardHold | undefined, listener: WaitListener) {
    this.#hold = earlier;
    this.#listener = listener;
  }

  /** What holds it. Unset: nothing. */
  get hold(): GuardHold | undefined {
    return this.#hold;
  }

  /**
   * To be called after each check.
   *
   * @param by - Unset: nothing holds it any longer.
   * @param nowMs - In milliseconds since the epoch.
   */
  heldBy(by: GuardHolder | undefined, nowMs: number): void {
    const before = this.#hold;
    if (before?.by !== by) {
      if (before !== undefined) this.#listener.onOver(before, nowMs);
      this.#hold = by && { by, sinceMs: nowMs };
    }
    this.#listener.onChange(this, nowMs);
  }

  /** This process no longer waits. Another one may: the wait is not over. */
  [Symbol.dispose](): void {
    this.#listener.onLeave(this);
  }
}

function secondsBetween(sinceMs: number, nowMs: number): number {
  return Math.max(0, nowMs - sinceMs) / 1_000;
}
