import assert from 'node:assert/strict';
import { metricLabels, metrics, sdkMetrics, type MetricDefinition } from '../../api/metrics.ts';

const catalogue: Readonly<Record<string, MetricDefinition>> = metrics;
const all: Readonly<Record<string, MetricDefinition>> = { ...metrics, ...sdkMetrics };
/** Published before the convention was followed; a name never changes. */
const OLDER = ['sei_task_verdicts'];

describe('the catalogue of metrics', () => {
  for (const [name, { type, unit, help, buckets }] of Object.entries(catalogue)) {
    it(`${name} follows the conventions of Prometheus`, () => {
      assert.match(name, /^(sei|process|nodejs)_[a-z0-9_]+$/);
      if (!OLDER.includes(name)) assert.equal(name.endsWith('_total'), type === 'counter');
      const base = name.replace(/_total$/, '');
      if (unit !== '1') assert.ok(base.endsWith(`_${unit}`), `ends with its unit, ${unit}`);
      assert.equal(buckets !== undefined, type === 'histogram');
      assert.match(help, /^[A-Z0-9].*[^.]$/);
    });
  }

  it('uses each label that it explains', () => {
    const used = new Set(Object.values(all).flatMap(({ labels }) => labels));
    assert.deepEqual(Object.keys(metricLabels).toSorted(), [...used].toSorted());
  });
});
