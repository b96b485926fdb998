import assert from 'node:assert/strict';
import { setImmediate as tick } from 'node:timers/promises';
import { eachAtOnce, eachInTurn } from '../../bench/series.ts';

/** Takes a few turns of the event loop each and knows the most that were under way. */
function counted() {
  let open = 0;
  const seen = { most: 0, begun: 0 };
  const work = async (index: number): Promise<number> => {
    open += 1;
    seen.begun += 1;
    seen.most = Math.max(seen.most, open);
    for (let turn = 0; turn <= index % 3; turn += 1) await tick();
    open -= 1;
    return index;
  };
  return { seen, work };
}

describe('a series', () => {
  const cases: [count: number, atOnce: number, most: number][] = [
    [20, 6, 6],
    [3, 10, 3],
    [5, 1, 1],
    [0, 4, 0],
  ];
  for (const [count, atOnce, most] of cases) {
    it(`of ${count}, ${atOnce} at a time, never has more under way, and keeps the order of its values`, async () => {
      const { seen, work } = counted();
      assert.deepEqual(
        await eachAtOnce(count, atOnce, work),
        Array.from({ length: count }, (_, index) => index),
      );
      assert.deepEqual(seen, { most, begun: count });
    });
  }

  it('in turn has one under way', async () => {
    const { seen, work } = counted();
    await eachInTurn(4, work);
    assert.deepEqual(seen, { most: 1, begun: 4 });
  });

  it('begins nothing after a failure', async () => {
    const { seen, work } = counted();
    const failing = async (index: number): Promise<number> => {
      await work(index);
      if (index === 2) throw new Error('third');
      return index;
    };
    await assert.rejects(eachAtOnce(100, 2, failing), { message: 'third' });
    assert.ok(seen.begun < 10, `${seen.begun} were begun`);
  });
});
