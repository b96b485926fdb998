import assert from 'node:assert/strict';
import type { MetricMeter } from '@temporalio/common';
import { metrics } from '../../api/metrics.ts';
import { histogramBuckets, RuntimeMetrics } from '../../worker/runtime-metrics.ts';

/** Writes down what is made and recorded. */
class WritingMeter {
  readonly made: string[] = [];
  readonly recorded: string[] = [];

  readonly meter = {
    createCounter: (name: string, unit: string, help: string) => ({ add: this.#taker('counter', name, unit, help) }),
    createGauge: (name: string, _type: string, unit: string, help: string) => ({
      set: this.#taker('gauge', name, unit, help),
    }),
    createHistogram: (name: string, _type: string, unit: string, help: string) => ({
      record: this.#taker('histogram', name, unit, help),
    }),
  } as unknown as MetricMeter;

  #taker(type: string, name: string, unit: string, help: string): (value: number, labels: object) => void {
    assert.deepEqual([type, unit, help], Object.values(pickOf(name)));
    this.made.push(name);
    return (value, labels) => this.recorded.push(`${name} ${JSON.stringify(labels)} ${value}`);
  }
}

function pickOf(name: string): { type: string; unit: string; help: string } {
  const { type, unit, help } = metrics[name as keyof typeof metrics];
  return { type, unit, help };
}

function outcome(kind: string, reason: string): string {
  return `sei_task_outcomes_total ${JSON.stringify({ kind, reason })} 0`;
}

describe('RuntimeMetrics', () => {
  it('makes an instrument of the catalogue at its first use, and once', () => {
    const { made, recorded, meter } = new WritingMeter();
    const measured = new RuntimeMetrics(() => meter);
    assert.deepEqual(made, []);
    measured.count('sei_bridge_relists_total', {});
    measured.count('sei_bridge_relists_total', {}, 2);
    measured.set('sei_ready_check', { check: 'temporal' }, 1);
    measured.record('sei_permit_wait_duration_seconds', {}, 0.5);
    assert.deepEqual(made, ['sei_bridge_relists_total', 'sei_ready_check', 'sei_permit_wait_duration_seconds']);
    assert.deepEqual(recorded, [
      'sei_bridge_relists_total {} 1',
      'sei_bridge_relists_total {} 2',
      'sei_ready_check {"check":"temporal"} 1',
      'sei_permit_wait_duration_seconds {} 0.5',
    ]);
  });

  it('starts outcomes of every kind and reason of a verdict at 0', () => {
    const { recorded, meter } = new WritingMeter();
    new RuntimeMetrics(() => meter).startCounters();
    for (const expected of [outcome('RestartSeid', 'Timeout'), outcome('other', 'UnsupportedKind')])
      assert.ok(recorded.includes(expected), expected);
    assert.equal(recorded.includes(outcome('RestartSeid', 'PhaseNotMet')), false);
    assert.ok(recorded.includes('sei_bridge_orphans_cancelled_total {} 0'));
    assert.ok(recorded.every((line) => line.endsWith(' 0')));
  });

  it('has buckets for every histogram, in rising order', () => {
    const histograms = Object.entries(metrics).flatMap(([name, { type }]) => (type === 'histogram' ? [name] : []));
    assert.deepEqual(Object.keys(histogramBuckets), histograms);
    for (const buckets of Object.values(histogramBuckets))
      assert.deepEqual(
        buckets,
        buckets.toSorted((a, b) => a - b),
      );
  });
});
