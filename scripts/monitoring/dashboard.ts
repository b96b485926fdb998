import { rows, type Panel } from './panels.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const NAMESPACE = 'namespace=~"$namespace"';
/** Panels of a line, and columns of Grafana's grid. */
const ACROSS = 3;
const COLUMNS = 24;
/**
 * How often the chart's PodMonitor scrapes. Grafana makes `$__rate_interval` four times as long; it would otherwise take
 * the interval of the data source, by default 15 s, and rates would have gaps.
 */
const SCRAPE_INTERVAL = '30s';

const OPTIONS = {
  stat: {
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    // By default the name is left out when there is one series: it is the version, the alert or the check.
    textMode: 'value_and_name',
    colorMode: 'value',
    graphMode: 'none',
    justifyMode: 'auto',
    orientation: 'auto',
  },
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
};

const DRAWING = { lineWidth: 1, fillOpacity: 10, showPoints: 'auto', spanNulls: false };

/** deploy/monitoring/dashboard.json: a Grafana dashboard with variables for data source and namespaces. */
export function dashboard(): string {
  let y = 0;
  const panels = rows.flatMap(({ title, height, panels: row }) => {
    const header = { type: 'row', title, collapsed: false, panels: [], gridPos: { x: 0, y, w: COLUMNS, h: 1 } };
    const first = y + 1;
    y = first + height * Math.ceil(row.length / ACROSS);
    return [
      header,
      ...row.map((panel, index) => ({
        ...bodyOf(panel),
        gridPos: {
          x: (index % ACROSS) * (COLUMNS / ACROSS),
          y: first + height * Math.floor(index / ACROSS),
          w: COLUMNS / ACROSS,
          h: height,
        },
      })),
    ];
  });
  return `${JSON.stringify(
    {
      uid: 'sei-node-tasks',
      title: 'sei-node-tasks',
      tags: ['sei'],
      timezone: 'utc',
      schemaVersion: 39,
      refresh: '30s',
      // One crosshair for all graphs: what failed at that moment?
      graphTooltip: 1,
      time: { from: 'now-6h', to: 'now' },
      templating: { list: [datasourceVariable, namespaceVariable] },
      panels: panels.map((panel, index) => ({ id: index + 1, ...panel })),
    },
    undefined,
    2,
  )}\n`;
}

const datasourceVariable = { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' };
const namespaceVariable = {
  name: 'namespace',
  label: 'Namespace',
  type: 'query',
  datasource: DATASOURCE,
  query: { query: 'label_values(sei_build_info, namespace)', refId: 'namespace' },
  refresh: 2,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
};

/** A panel of Grafana, without its place. */
function bodyOf({ title, description, type = 'timeseries', queries, ...look }: Panel) {
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    fieldConfig: fieldConfigOf(type, look),
    options: OPTIONS[type],
    targets: Object.entries(queries).map(([legendFormat, expr], query) => ({
      refId: String.fromCodePoint(65 + query),
      datasource: DATASOURCE,
      legendFormat,
      expr: expr.replaceAll('NS', NAMESPACE),
      interval: SCRAPE_INTERVAL,
      // Over a range the last value of a version that is gone, or of an alert that was resolved, would stay.
      ...(type === 'stat' ? { instant: true, range: false } : { range: true }),
    })),
  };
}

function fieldConfigOf(
  type: 'stat' | 'timeseries',
  {
    unit,
    colors = {},
    steps = [{ from: 0, color: 'text' }],
    noValue,
  }: Pick<Panel, 'unit' | 'colors' | 'steps' | 'noValue'>,
) {
  const overrides = Object.entries(colors).map(([name, fixedColor]) => ({
    matcher: { id: 'byName', options: name },
    properties: [{ id: 'color', value: { mode: 'fixed', fixedColor } }],
  }));
  // `short` is for counts, which increase() makes fractions of.
  const number = { unit, ...(unit === 'short' && { decimals: 0 }) };
  if (type === 'timeseries') return { defaults: { ...number, min: 0, custom: DRAWING }, overrides };
  return {
    defaults: {
      ...number,
      // Without steps Grafana shows what is above 80 in red.
      thresholds: {
        mode: 'absolute',
        steps: steps.map(({ from, color }, index) => ({ color, value: index === 0 ? null : from })),
      },
      ...(noValue !== undefined && { noValue }),
    },
    overrides,
  };
}
