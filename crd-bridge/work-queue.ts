/** Backoff after the first failure of a key, doubled with each further one, in milliseconds. */
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30_000;

export interface WorkQueueOptions {
  /** Keys worked on at the same time. */
  readonly concurrency: number;
  /** Works on one key. If it throws, the key is requeued with backoff. */
  readonly handle: (key: string) => Promise<void>;
  readonly onFailure: (key: string, error: unknown, retryInMs: number) => void;
}

interface Return {
  readonly atMs: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * A queue of keys, after client-go's: a key that already waits is not added again, a key that is added while it is
 * worked on is worked on again afterwards, and no key is ever worked on twice at the same time. Each key is in the
 * queue a few times at most, however often it is added.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #active = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #returns = new Map<string, Return>();
  readonly #work = new Set<Promise<void>>();
  #isStopped = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Keys that wait, are being worked on, or back off after a failure. */
  get size(): number {
    return new Set([...this.#waiting, ...this.#active, ...this.#failures.keys()]).size;
  }

  /** Keys whose last work failed, until they are worked on without a failure. */
  get failing(): number {
    return this.#failures.size;
  }

  add(key: string): void {
    if (this.#isStopped) return;
    this.#waiting.add(key);
    this.#startWork();
  }

  /**
   * Adds a key after a delay. The earliest of several delays for one key counts. `size` does not include it until then,
   * unless its last work failed.
   */
  addAfter(key: string, delayMs: number): void {
    if (this.#isStopped) return;
    const atMs = Date.now() + delayMs;
    const pending = this.#returns.get(key);
    if (pending && pending.atMs <= atMs) return;
    clearTimeout(pending?.timer);
    const timer = setTimeout(() => {
      this.#returns.delete(key);
      this.add(key);
    }, delayMs);
    timer.unref();
    this.#returns.set(key, { atMs, timer });
  }

  /** Drains: accepts no more keys and waits for those that are being worked on. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiting.clear();
    for (const { timer } of this.#returns.values()) clearTimeout(timer);
    this.#returns.clear();
    await Promise.all(this.#work);
    this.#failures.clear();
  }

  #startWork(): void {
    for (const key of this.#waiting) {
      if (this.#active.size >= this.#options.concurrency) return;
      if (this.#active.has(key)) continue;
      this.#waiting.delete(key);
      this.#active.add(key);
      const work = this.#workOn(key);
      this.#work.add(work);
      void work.finally(() => this.#work.delete(work));
    }
  }

  async #workOn(key: string): Promise<void> {
    try {
      await this.#options.handle(key);
      this.#failures.delete(key);
    } catch (error) {
      this.#retryLater(key, error);
    } finally {
      this.#active.delete(key);
      this.#startWork();
    }
  }

  #retryLater(key: string, error: unknown): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const delayMs = Math.round(
      Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)) * (0.75 + Math.random() / 2),
    );
    this.addAfter(key, delayMs);
    this.#options.onFailure(key, error, delayMs);
  }
}
