/** One line of a Prometheus endpoint. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)/;
const LABEL = /(?<name>\w+)="(?<value>(?:[^"\\]|\\.)*)"/g;

/** @param text - As Prometheus is answered, in its text format. */
export function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const { name, labels = '', value } = SAMPLE.exec(line)?.groups ?? {};
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map(({ groups }) => [groups?.['name'] ?? '', groups?.['value'] ?? '']);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** Adds up samples that have the same key; those without one are left out. */
export function sumsBy(samples: readonly Sample[], keyOf: (sample: Sample) => string | undefined): Map<string, number> {
  const sums = new Map<string, number>();
  for (const sample of samples) {
    const key = keyOf(sample);
    if (key !== undefined) sums.set(key, (sums.get(key) ?? 0) + sample.value);
  }
  return sums;
}

/** What has been added to each sum, without those that are the same. */
export function added(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Map<string, number> {
  const differences = [...after].map(([key, value]) => [key, value - (before.get(key) ?? 0)] as const);
  return new Map(differences.filter(([, difference]) => difference !== 0));
}
