import assert from 'node:assert/strict';
import { sumOf, type Round } from '../../bench/round.ts';

const round = (tasks: number, perSecond: number, own: number, residentMb: number): Round => ({
  tasks,
  perSecond,
  cpuMs: { own, temporal: 2 * own, kubernetes: 0 },
  residentMb,
  peakMb: residentMb,
});

describe('several rounds', () => {
  it('are one, weighted by their tasks, with the memory of the last', () => {
    // 100 s and 100 s for 400 tasks.
    assert.deepEqual(sumOf([round(100, 1, 80, 300), round(300, 3, 40, 500)]), round(400, 2, 50, 500));
  });

  it('of which there are none are an error', () => assert.throws(() => sumOf([]), /no round/));
});
