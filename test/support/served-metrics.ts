/** A metric as a process serves it. */
export interface ServedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Of its first series, without `le`. */
  readonly labels: readonly string[];
}

const METRIC = /^# HELP (\S+) (.*)\n# TYPE \S+ (\w+)\n\S+?(?:\{(.*)\})? \S+$/gm;
const LABEL = /(\w+)="(?:[^"\\]|\\.)*"/g;

/** Reads Prometheus' text format. */
export function servedMetrics(text: string): ServedMetric[] {
  return [...text.matchAll(METRIC)].map(([, name = '', help = '', type = '', labels = '']) => ({
    name,
    type,
    help,
    labels: [...labels.matchAll(LABEL)].map(([, label = '']) => label).filter((label) => label !== 'le'),
  }));
}
