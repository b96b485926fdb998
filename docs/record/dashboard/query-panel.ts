import type { Panel } from './read-dashboard.ts';
import type { PrometheusClient, TimeRange } from './prometheus.ts';

/** What one line of a graph, or one figure of a stat, shows. */
export interface NamedSeries {
  readonly name: string;
  readonly points: readonly (readonly [time: number, value: number])[];
}

/**
 * Asks Prometheus for what a panel shows, as Grafana does.
 *
 * @param variables - Without the `$`. @throws Error when Prometheus refuses a query, or a variable has no value.
 */
export async function queryPanel(
  { title, targets }: Pick<Panel, 'title' | 'targets'>,
  prometheus: Pick<PrometheusClient, 'query' | 'queryRange'>,
  range: TimeRange,
  variables: Readonly<Record<string, string>>,
): Promise<NamedSeries[]> {
  const answers = await Promise.all(
    targets.map(async ({ expr, legendFormat, instant = false }) => {
      const query = withVariables(expr, variables);
      const series = await (instant ? prometheus.query(query, range.end) : prometheus.queryRange(query, range));
      return series.map(({ labels, points }) => ({
        name: legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_all, label: string) => labels[label] ?? ''),
        points: points.filter(([, value]) => Number.isFinite(value)),
      }));
    }),
  ).catch((error: unknown) => {
    throw new Error(`The panel "${title}" has no answer`, { cause: error });
  });
  return answers.flat();
}

function withVariables(query: string, variables: Readonly<Record<string, string>>): string {
  return query.replaceAll(/\$(\w+)/g, (_all, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`$${name} has no value in ${query}`);
    return value;
  });
}
