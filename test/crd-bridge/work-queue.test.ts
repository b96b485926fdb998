import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { WorkQueue, type WorkQueueOptions } from '../../crd-bridge/work-queue.ts';
import { eventually } from '../support/eventually.ts';

type Work = PromiseWithResolvers<void> & { readonly key: string };

/** A queue whose work begins and ends as the test wants it. */
class ManualQueue {
  /** All work that was begun, in its order. */
  readonly begun: Work[] = [];
  readonly failures: { readonly key: string; readonly retryInMs: number }[] = [];
  readonly queue: WorkQueue;

  constructor(options: Partial<WorkQueueOptions> = {}) {
    this.queue = new WorkQueue({
      concurrency: 2,
      handle: (key) => {
        const work = { key, ...Promise.withResolvers<void>() };
        this.begun.push(work);
        return work.promise;
      },
      onFailure: (key, _error, retryInMs) => void this.failures.push({ key, retryInMs }),
      ...options,
    });
  }

  get keys(): string[] {
    return this.begun.map(({ key }) => key);
  }

  async end(index: number, error?: Error): Promise<void> {
    const work = this.begun[index];
    if (error === undefined) work?.resolve();
    else work?.reject(error);
    await turn();
  }
}

describe('WorkQueue', () => {
  it('works on keys in their order, as many at once as it may', async () => {
    const manual = new ManualQueue();
    for (const key of ['a', 'b', 'c', 'd']) manual.queue.add(key);
    assert.deepEqual(manual.keys, ['a', 'b']);
    assert.equal(manual.queue.size, 4);
    await manual.end(1);
    assert.deepEqual(manual.keys, ['a', 'b', 'c']);
    await manual.end(0);
    await manual.end(2);
    await manual.end(3);
    assert.deepEqual(manual.keys, ['a', 'b', 'c', 'd']);
    assert.equal(manual.queue.size, 0);
  });

  it('holds a key once, however often it is added', async () => {
    const manual = new ManualQueue({ concurrency: 1 });
    for (const key of ['a', 'b', 'b', 'b']) manual.queue.add(key);
    for (const index of [0, 1, 2]) await manual.end(index);
    assert.deepEqual(manual.keys, ['a', 'b']);
  });

  it('works again on a key that was added while it was worked on, once, and only afterwards', async () => {
    const manual = new ManualQueue();
    for (const key of ['a', 'a', 'a', 'b']) manual.queue.add(key);
    assert.deepEqual(manual.keys, ['a', 'b']);
    await manual.end(0);
    assert.deepEqual(manual.keys, ['a', 'b', 'a']);
    await manual.end(2);
    await manual.end(1);
    assert.deepEqual(manual.keys, ['a', 'b', 'a']);
    assert.equal(manual.queue.size, 0);
  });

  it('requeues a key that failed with backoff, and resets the backoff after a success', async () => {
    const manual = new ManualQueue();
    const ends = [new Error('one'), new Error('two'), undefined, new Error('three')];
    manual.queue.add('a');
    for (const [index, error] of ends.entries()) {
      await eventually(`work ${index} begins`, () => manual.begun.length > index);
      await manual.end(index, error);
      if (error === undefined) manual.queue.add('a');
    }
    await manual.queue.stop();
    const delays = manual.failures.map(({ retryInMs }) => retryInMs);
    const nominal = [200, 400, 200];
    assert.equal(delays.length, nominal.length);
    for (const [index, delay] of delays.entries()) {
      const ratio = delay / (nominal[index] ?? Number.NaN);
      assert.ok(ratio >= 0.745 && ratio <= 1.255, `attempt ${index} came back after ${delay} ms`);
    }
  });

  it('counts a key that backs off, until it is worked on without a failure', async () => {
    const manual = new ManualQueue();
    const counted = (): number[] => [manual.queue.size, manual.queue.failing];
    for (const key of ['a', 'b']) manual.queue.add(key);
    await manual.end(0, new Error('failed'));
    await manual.end(1);
    assert.deepEqual(counted(), [1, 1]);
    await eventually('it is worked on again', () => manual.begun.length === 3);
    assert.deepEqual(counted(), [1, 1]);
    await manual.end(2);
    assert.deepEqual(counted(), [0, 0]);
  });

  it('does not count a key that was added for later', async () => {
    const manual = new ManualQueue();
    manual.queue.addAfter('a', 60_000);
    assert.equal(manual.queue.size, 0);
    await manual.queue.stop();
  });

  it('works on other keys during the backoff of one', async () => {
    const manual = new ManualQueue({ concurrency: 1 });
    manual.queue.add('a');
    await manual.end(0, new Error('failed'));
    manual.queue.add('b');
    assert.deepEqual(manual.keys, ['a', 'b']);
    await manual.end(1);
    await manual.queue.stop();
  });

  it('drains: finishes the keys in work, and accepts no more', async () => {
    const manual = new ManualQueue({ concurrency: 1 });
    for (const key of ['a', 'b']) manual.queue.add(key);
    let stopped = false;
    const stop = manual.queue.stop().then(() => (stopped = true));
    manual.queue.add('c');
    await turn();
    assert.equal(stopped, false);
    await manual.end(0);
    await stop;
    assert.deepEqual(manual.keys, ['a']);
  });

  it('drains without the keys that wait for their backoff', async () => {
    const manual = new ManualQueue();
    manual.queue.add('a');
    await manual.end(0, new Error('failed'));
    await manual.queue.stop();
    assert.equal(manual.queue.size, 0);
  });
});
