import assert from 'node:assert/strict';
import { GuardWaits } from '../../activities/guard-waits.ts';
import type { Metrics } from '../../api/metrics.ts';
import { guardHolders, type GuardHolder } from '../../core/guard/guard-hold.ts';

/** The last value of each gauge, and everything that went into histograms. */
class Gauges implements Metrics {
  readonly values = new Map<string, number>();
  readonly recorded: string[] = [];
  readonly count = (): void => assert.fail('the waits count nothing');
  readonly set: Metrics['set'] = (name, labels, value) => {
    this.values.set(`${name} ${Object.values(labels).join()}`, value);
  };
  readonly record: Metrics['record'] = (_name, labels, value) => {
    this.recorded.push(`${Object.values(labels).join()} ${value}`);
  };

  of(verdict: GuardHolder): (number | undefined)[] {
    const names = ['sei_guard_waiters', 'sei_guard_longest_wait_seconds'];
    return names.map((name) => this.values.get(`${name} ${verdict}`));
  }
}

describe('the waits for the guard', () => {
  let gauges: Gauges;
  let waits: GuardWaits;

  beforeEach(() => {
    gauges = new Gauges();
    waits = new GuardWaits(gauges);
  });

  it('show 0 for every verdict at first', () => {
    for (const verdict of guardHolders) assert.deepEqual(gauges.of(verdict), [0, 0]);
  });

  it('are counted by what holds them now, with the longest', () => {
    const [one, other] = [waits.join(), waits.join()];
    one.heldBy('QuorumAtRisk', 10_000);
    other.heldBy('QuorumAtRisk', 40_000);
    assert.deepEqual(gauges.of('QuorumAtRisk'), [2, 30]);
    one.heldBy('ChainHalted', 50_000);
    assert.deepEqual(gauges.of('QuorumAtRisk'), [1, 10]);
    assert.deepEqual(gauges.of('ChainHalted'), [1, 0]);
    other.heldBy(undefined, 60_000);
    assert.deepEqual(gauges.of('QuorumAtRisk'), [0, 0]);
    assert.deepEqual(gauges.of('ChainHalted'), [1, 10]);
  });

  it('are timed by each verdict, when it no longer holds', () => {
    const wait = waits.join();
    wait.heldBy('ChainDataUnavailable', 1_000);
    wait.heldBy('ChainDataUnavailable', 4_000);
    wait.heldBy('ChainPermit', 6_000);
    wait.heldBy(undefined, 8_000);
    wait.heldBy(undefined, 9_000);
    assert.deepEqual(gauges.recorded, ['ChainDataUnavailable 5', 'ChainPermit 2']);
  });

  it('continue with what held an earlier part of the wait', () => {
    const earlier = waits.join();
    earlier.heldBy('QuorumAtRisk', 1_000);
    earlier[Symbol.dispose]();
    assert.deepEqual(gauges.of('QuorumAtRisk'), [0, 0]);
    const later = waits.join(earlier.hold);
    later.heldBy('QuorumAtRisk', 21_000);
    assert.deepEqual(gauges.of('QuorumAtRisk'), [1, 20]);
    later.heldBy(undefined, 31_000);
    assert.deepEqual(gauges.recorded, ['QuorumAtRisk 30']);
  });

  it('record no time below 0 when the clock of another process was ahead', () => {
    waits.join({ by: 'ChainHalted', sinceMs: 5_000 }).heldBy(undefined, 1_000);
    assert.deepEqual(gauges.recorded, ['ChainHalted 0']);
  });
});
