import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { runParts, type Part } from '../../worker/run-parts.ts';

/** Ends as the test wants it. */
class ManualPart implements Part {
  readonly name: string;
  readonly end = Promise.withResolvers<void>();
  signal: AbortSignal | undefined;

  constructor(name: string) {
    this.name = name;
  }

  readonly run = async (signal: AbortSignal): Promise<void> => {
    this.signal = signal;
    await this.end.promise;
  };
}

describe('parts of the service', () => {
  let one: ManualPart;
  let other: ManualPart;
  let open: Set<string>;
  let shutdown: AbortController;

  beforeEach(() => {
    one = new ManualPart('one');
    other = new ManualPart('other');
    open = new Set();
    shutdown = new AbortController();
  });

  function run(graceMs = 60_000): Promise<void> {
    return runParts([one, other], { shutdown: shutdown.signal, graceMs, open });
  }

  it('run until all have ended, and those that have not are known', async () => {
    const running = run();
    shutdown.abort();
    assert.deepEqual(
      [one, other].map(({ signal }) => signal?.aborted),
      [true, true],
    );
    one.end.resolve();
    await turn();
    assert.deepEqual([...open], ['other']);
    other.end.resolve();
    await running;
    assert.equal(open.size, 0);
  });

  it('are told to end when one has failed, and its error is thrown when they have', async () => {
    const running = run();
    one.end.reject(new Error('the first cause'));
    await assert.rejects(one.end.promise);
    let isOver = false;
    running.catch(() => (isOver = true));
    await turn();
    assert.deepEqual([other.signal?.aborted, isOver], [true, false]);
    other.end.reject(new Error('what follows from it'));
    await assert.rejects(running, /the first cause/);
  });

  it('have a limited time for that', async () => {
    const running = run(1);
    one.end.reject(new Error('the first cause'));
    await assert.rejects(running, /the first cause/);
    other.end.resolve();
  });
});
