import type { MetricCounter, MetricGauge, MetricHistogram, MetricMeter } from '@temporalio/common';
import { metrics, type MetricDefinition, type MetricName, type Metrics } from '../api/metrics.ts';
import { reasons, type Reason } from '../api/reasons.ts';
import { kindLabels } from '../core/task-measures.ts';

const catalogue: Readonly<Record<string, MetricDefinition>> = metrics;

/** Buckets of every histogram, as Temporal's runtime wants them at its installation. */
export const histogramBuckets: Record<string, number[]> = Object.fromEntries(
  Object.entries(catalogue).flatMap(([name, { buckets }]) => (buckets === undefined ? [] : [[name, [...buckets]]])),
);

/**
 * Records on a meter of Temporal's runtime, which serves `/metrics`.
 *
 * An instrument is made when it is first used: the runtime is installed after the configuration was read, and some
 * parts are made before.
 */
export class RuntimeMetrics implements Metrics {
  readonly #meter: () => MetricMeter;
  readonly #counters = new Map<MetricName, MetricCounter>();
  readonly #gauges = new Map<MetricName, MetricGauge>();
  readonly #histograms = new Map<MetricName, MetricHistogram>();

  constructor(meter: () => MetricMeter) {
    this.#meter = meter;
  }

  readonly count: Metrics['count'] = (name, labels, value = 1) => {
    const { unit, help } = metrics[name];
    made(this.#counters, name, () => this.#meter().createCounter(name, unit, help)).add(value, labels);
  };

  readonly set: Metrics['set'] = (name, labels, value) => {
    const { unit, help } = metrics[name];
    made(this.#gauges, name, () => this.#meter().createGauge(name, 'float', unit, help)).set(value, labels);
  };

  readonly record: Metrics['record'] = (name, labels, value) => {
    const { unit, help } = metrics[name];
    made(this.#histograms, name, () => this.#meter().createHistogram(name, 'float', unit, help)).record(value, labels);
  };

  /** Serves 0 for what has not happened yet: without a first 0, `increase` does not see the first time. */
  startCounters(): void {
    for (const [name, { type, labels }] of Object.entries(catalogue))
      if (type === 'counter' && labels.length === 0) this.count(name as MetricName<'counter'>, {} as never, 0);
    for (const kind of kindLabels)
      for (const reason of verdictReasons) this.count('sei_task_outcomes_total', { kind, reason }, 0);
  }
}

const verdictReasons = (Object.keys(reasons) as Reason[]).filter(
  (reason) => reasons[reason].condition !== 'TargetReady',
);

function made<Instrument>(
  instruments: Map<MetricName, Instrument>,
  name: MetricName,
  make: () => Instrument,
): Instrument {
  const instrument = instruments.get(name) ?? make();
  instruments.set(name, instrument);
  return instrument;
}
