/** A metric as a process serves it. */
export interface ServedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Of all its series, without `le`. */
  readonly labels: readonly string[];
}

const METRIC = /^# HELP (\S+) (.*)\n# TYPE \S+ (\w+)\n((?:[^#].*\n)*)/gm;
const LABELS = /^\w+\{(.*)\} \S+$/gm;
const LABEL = /(\w+)="(?:[^"\\]|\\.)*"/g;

/** Reads Prometheus' text format. */
export function servedMetrics(text: string): ServedMetric[] {
  return [...text.matchAll(METRIC)].map(([, name = '', help = '', type = '', series = '']) => ({
    name,
    type,
    help,
    labels: labelsOf(series),
  }));
}

function labelsOf(series: string): string[] {
  const names = [...series.matchAll(LABELS)].flatMap(([, labels = '']) =>
    [...labels.matchAll(LABEL)].map(([, name = '']) => name),
  );
  return [...new Set(names)].filter((name) => name !== 'le');
}
