import type { Metrics } from '../../api/metrics.ts';

/** Writes down what is recorded: `name label=value,… value`; of a histogram no value, because it is a time. */
export class RecordedMetrics implements Metrics {
  readonly lines: string[] = [];

  readonly count: Metrics['count'] = (name, labels, value = 1) => this.#write(name, labels, value);
  readonly set: Metrics['set'] = (name, labels, value) => this.#write(name, labels, value);
  readonly record: Metrics['record'] = (name, labels, value) => {
    if (!(value >= 0)) throw new Error(`${name} cannot record ${value}`);
    this.#write(name, labels, undefined);
  };

  #write(name: string, labels: object, value: number | undefined): void {
    const words = [
      name,
      Object.entries(labels)
        .map((pair) => pair.join('='))
        .join(','),
      value,
    ];
    this.lines.push(words.filter((word) => word !== undefined && word !== '').join(' '));
  }
}
