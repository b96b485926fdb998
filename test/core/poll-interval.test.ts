import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { pollInterval } from '../../core/poll-interval.ts';

/** Polls that fall between two moments of a wait. */
function pollsBetween(fromMs: number, toMs: number, random: () => number): number {
  let polls = 0;
  for (let now = 0; now < toMs; now += pollInterval(now, random())) {
    if (now >= fromMs) polls += 1;
  }
  return polls;
}

describe('pollInterval', () => {
  const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('is between 80 ms and 5 s, whatever the wait', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e12, noNaN: true }), anyRandom, (waitedMs, random) => {
        const interval = pollInterval(waitedMs, random);
        assert.ok(interval >= 80 && interval <= 5_000, `${interval}`);
      }),
    );
  });

  it('is at most 5 % of the wait once that is above the shortest interval', () => {
    fc.assert(
      fc.property(fc.double({ min: 2_000, max: 1e9, noNaN: true }), anyRandom, (waitedMs, random) => {
        assert.ok(pollInterval(waitedMs, random) <= waitedMs * 0.05);
      }),
    );
  });

  it('is at most 1 ms for each poll in flight, where that is more than 5 s', () => {
    fc.assert(
      fc.property(
        fc.nat(20_000),
        fc.double({ min: 2_000, max: 1e9, noNaN: true }),
        anyRandom,
        (inFlight, waitedMs, random) => {
          const interval = pollInterval(waitedMs, random, inFlight);
          assert.ok(interval <= Math.max(5_000, inFlight) && interval <= waitedMs * 0.05, `${interval}`);
        },
      ),
    );
    assert.equal(pollInterval(1e9, 0, 10_000), 10_000);
  });

  // Design §4.
  it('asks at most 0.35 times a second in any minute after the first, also with the shortest jitter', () => {
    for (let minute = 1; minute < 30; minute += 1) {
      const polls = pollsBetween(minute * 60_000, (minute + 1) * 60_000, () => 0.999_999);
      assert.ok(polls / 60 <= 0.35, `${polls} polls in minute ${minute}`);
    }
  });
});
