import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { PermitLine, type Place } from '../../activities/permit-line.ts';

/** Places in the order in which they come to the front when the one there leaves, again and again. */
function drained(places: readonly Place[]): Place[] {
  const waiting = [...places];
  const inOrder: Place[] = [];
  while (waiting.length > 0) {
    const front = waiting.filter(({ isFront }) => isFront);
    assert.equal(front.length, 1, `${front.length} of ${waiting.length} are first`);
    const [place = assert.fail()] = front;
    inOrder.push(place);
    waiting.splice(waiting.indexOf(place), 1);
    place.leave();
  }
  return inOrder;
}

async function hasReachedFront(place: Place): Promise<boolean> {
  return await Promise.race([place.reachesFront.then(() => true), setImmediate(false)]);
}

describe('PermitLine', () => {
  it('orders places by the time of their wait, whenever they join or leave', () => {
    const waiter = fc.record({ sinceMs: fc.nat(1_000), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(waiter, { maxLength: 20 }), (waiters) => {
        const line = new PermitLine();
        const joined = waiters.map(({ sinceMs, leaves }) => ({ place: line.join('p', sinceMs), leaves }));
        for (const { place, leaves } of joined) if (leaves) place.leave();
        const left = joined.filter(({ leaves }) => !leaves).map(({ place }) => place);
        // Of two who have waited equally long, the one who joined first: `toSorted` is stable.
        assert.deepEqual(
          drained(left),
          left.toSorted((a, b) => a.sinceMs - b.sinceMs),
        );
      }),
    );
  });

  it('has a separate queue for each permit', () => {
    const line = new PermitLine();
    line.join('a', 0);
    assert.ok(line.join('b', 5).isFront);
  });

  it('resolves when a place becomes the first, and gives the holder that the first one waits for', async () => {
    const line = new PermitLine();
    const [first, second, third] = [line.join('p', 1), line.join('p', 2), line.join('p', 3)];
    assert.deepEqual(await Promise.all([first, second, third].map(hasReachedFront)), [true, false, false]);
    assert.equal(third.holder, undefined);
    first.knownHolder = { workflowId: 'a', name: 'SeiNodeTask a' };
    assert.equal(third.holder, first.knownHolder);
    second.leave();
    assert.deepEqual([await hasReachedFront(third), third.isFront], [false, false]);
    first.leave();
    assert.deepEqual([await hasReachedFront(third), third.isFront], [true, true]);
    assert.equal(third.holder, undefined);
  });

  it('resolves again for a place that was overtaken when it is first again', async () => {
    const line = new PermitLine();
    const [late, early] = [line.join('p', 5), line.join('p', 1)];
    assert.deepEqual([late.isFront, await hasReachedFront(late)], [false, false]);
    early.leave();
    assert.deepEqual([late.isFront, await hasReachedFront(late)], [true, true]);
  });
});
