import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { WorkQueue } from '../../crd-bridge/work-queue.ts';

/** Longest time after which a key that failed comes back, in milliseconds. */
const LONGEST_RETRY_MS = 37_500;

const keys = ['a', 'b', 'c'];
const key = fc.constantFrom(...keys);
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key }),
  fc.record({ do: fc.constant('add later' as const), key, delayMs: fc.constantFrom(1, 150, 400, 3_000, 60_000) }),
  fc.record({ do: fc.constant('end work' as const), index: fc.nat(3), isFailure: fc.boolean() }),
  fc.record({ do: fc.constant('wait' as const), forMs: fc.constantFrom(1, 100, 250, 1_000, 10_000, LONGEST_RETRY_MS) }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

interface Work extends PromiseWithResolvers<void> {
  readonly key: string;
}

/** What must be true of a queue, computed from what was asked of it and from what it began. */
class CheckedQueue {
  readonly queue: WorkQueue;
  readonly running: Work[] = [];
  /** What the queue's calls of the test found wrong: it would take an exception for a failure of the work. */
  readonly wrong: string[] = [];
  /** Of each delay after a failure to the delay without jitter. */
  readonly ratios: number[] = [];
  readonly #concurrency: number;
  readonly #due = new Set<string>();
  readonly #returns = new Map<string, number>();
  readonly #failures = new Map<string, number>();

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
    this.queue = new WorkQueue({
      concurrency,
      handle: (each) => this.#begin(each),
      onFailure: (each, _error, retryInMs) => this.#failed(each, retryInMs),
    });
  }

  async play(next: Step): Promise<void> {
    if (next.do === 'add') {
      this.#due.add(next.key);
      this.queue.add(next.key);
    } else if (next.do === 'add later') {
      this.#returnIn(next.key, next.delayMs);
      this.queue.addAfter(next.key, next.delayMs);
    } else if (next.do === 'wait') this.#wait(next.forMs);
    else await this.endWork(next.index % (this.running.length || 1), next.isFailure);
    await turn();
    this.#check();
  }

  async endWork(index: number, isFailure: boolean): Promise<void> {
    const [work] = this.running.splice(index, 1);
    if (!work) return;
    const before = this.#failures.get(work.key) ?? 0;
    if (isFailure) work.reject(new Error('failed'));
    else work.resolve();
    await turn();
    assert.equal(
      this.#failures.get(work.key) ?? 0,
      isFailure ? before + 1 : before,
      'a failure is reported once, a success is not',
    );
    if (!isFailure) this.#failures.delete(work.key);
  }

  async #begin(each: string): Promise<void> {
    if (!this.#due.delete(each)) this.wrong.push(`${each} is worked on although nobody added it`);
    if (this.running.some((work) => work.key === each)) this.wrong.push(`${each} is worked on twice at the same time`);
    const work = { key: each, ...Promise.withResolvers<void>() };
    this.running.push(work);
    await work.promise;
  }

  #failed(each: string, retryInMs: number): void {
    const failures = (this.#failures.get(each) ?? 0) + 1;
    this.#failures.set(each, failures);
    const ratio = retryInMs / Math.min(30_000, 200 * 2 ** (failures - 1));
    this.ratios.push(ratio);
    if (!(ratio >= 0.745 && ratio <= 1.255))
      this.wrong.push(`${each} comes back ${retryInMs} ms after failure ${failures}`);
    this.#returnIn(each, retryInMs);
  }

  #returnIn(each: string, delayMs: number): void {
    this.#returns.set(each, Math.min(Date.now() + delayMs, this.#returns.get(each) ?? Infinity));
  }

  #wait(forMs: number): void {
    const untilMs = Date.now() + forMs;
    const back = [...this.#returns].filter(([, atMs]) => atMs <= untilMs).map(([each]) => each);
    for (const each of back) {
      this.#due.add(each);
      this.#returns.delete(each);
    }
    mock.timers.tick(forMs);
  }

  #check(): void {
    assert.deepEqual(this.wrong, []);
    assert.ok(this.running.length <= this.#concurrency, 'no more at once than it may');
    const waiting = [...this.#due].filter((each) => !this.running.some((work) => work.key === each));
    assert.ok(waiting.length === 0 || this.running.length === this.#concurrency, `forgotten: ${waiting.join()}`);
    const counted = [...waiting, ...this.running.map((work) => work.key), ...this.#failures.keys()];
    assert.equal(this.queue.size, new Set(counted).size, 'the size is that of the keys, each counted once');
    assert.equal(this.queue.failing, this.#failures.size);
  }
}

async function assertNothingLost(steps: readonly Step[], concurrency: number): Promise<readonly number[]> {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  try {
    const checked = new CheckedQueue(concurrency);
    for (const next of steps) await checked.play(next);
    await checked.play({ do: 'wait', forMs: LONGEST_RETRY_MS });
    const ended = checked.running.length;
    let isStopped = false;
    const stop = checked.queue.stop().then(() => (isStopped = true));
    for (const each of keys) checked.queue.add(each);
    for (let left = ended; left > 0; left -= 1) {
      await turn();
      assert.equal(isStopped, false, 'it waits for what is worked on');
      await checked.endWork(0, left % 2 === 0);
    }
    await stop;
    mock.timers.tick(LONGEST_RETRY_MS);
    await turn();
    assert.deepEqual(
      [checked.wrong, checked.running, checked.queue.size],
      [[], [], 0],
      'nothing begins after the stop',
    );
    return checked.ratios;
  } finally {
    mock.timers.reset();
  }
}

describe('WorkQueue, for any sequence of calls', () => {
  it('loses no key, never works on a key twice at once, requeues after failures, and stops', async () => {
    const ratios: number[] = [];
    const run = fc.asyncProperty(
      fc.array(step, { maxLength: 60, size: 'max' }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, concurrency) => {
        ratios.push(...(await assertNothingLost(steps, concurrency)));
      },
    );
    await fc.assert(run, { numRuns: 300 });
    assert.ok(Math.max(...ratios) - Math.min(...ratios) > 0.25, 'keys that failed together come back one by one');
  });
});
