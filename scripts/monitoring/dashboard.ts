import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  DashboardCursorSync,
  FieldColorModeId,
  SortOrder,
  ThresholdsMode,
  TooltipDisplayMode,
  VariableRefresh,
  VisibilityMode,
  type Dashboard,
  type GraphFieldConfig,
  type Panel as GrafanaPanel,
  type RowPanel,
  type VariableModel,
} from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as TimeSeriesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
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

const STAT: Partial<StatOptions> = {
  reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  // By default the name is left out when there is one series: it is the version, the alert or the check.
  textMode: BigValueTextMode.ValueAndName,
  colorMode: BigValueColorMode.Value,
  graphMode: BigValueGraphMode.None,
};

const TIME_SERIES: Partial<TimeSeriesOptions> = {
  tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
};

const DRAWING = {
  lineWidth: 1,
  fillOpacity: 10,
  showPoints: VisibilityMode.Auto,
  spanNulls: false,
} satisfies GraphFieldConfig;

/** deploy/monitoring/dashboard.json: a Grafana dashboard with variables for data source and namespaces. */
export function dashboard(): string {
  let y = 0;
  const panels = rows.flatMap(({ title, height, panels: row }): (GrafanaPanel | RowPanel)[] => {
    const header: RowPanel = {
      type: 'row',
      title,
      id: 0,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    };
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
  const file: Dashboard = {
    uid: 'sei-node-tasks',
    title: 'sei-node-tasks',
    tags: ['sei'],
    timezone: 'utc',
    schemaVersion: 39,
    refresh: '30s',
    graphTooltip: DashboardCursorSync.Crosshair,
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [datasourceVariable, namespaceVariable] },
    panels: panels.map((panel, index) => ({ ...panel, id: index + 1 })),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

const datasourceVariable: VariableModel = {
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
};
const namespaceVariable: VariableModel = {
  name: 'namespace',
  label: 'Namespace',
  type: 'query',
  datasource: DATASOURCE,
  query: { query: 'label_values(sei_build_info, namespace)', refId: 'namespace' },
  refresh: VariableRefresh.onTimeRangeChanged,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
};

/** A panel of Grafana, without its place. */
function bodyOf({ title, description, type = 'timeseries', queries, ...look }: Panel): GrafanaPanel {
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    fieldConfig: fieldConfigOf(type, look),
    options: type === 'stat' ? STAT : TIME_SERIES,
    targets: Object.entries(queries).map(([legendFormat, expr], query) => ({
      refId: String.fromCodePoint(65 + query),
      datasource: DATASOURCE,
      legendFormat,
      expr: expr.replaceAll(/\bNS\b/g, NAMESPACE),
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
): GrafanaPanel['fieldConfig'] {
  const overrides = Object.entries(colors).map(([name, fixedColor]) => ({
    matcher: { id: 'byName', options: name },
    properties: [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor } }],
  }));
  // `short` is for counts, which increase() makes fractions of.
  const number = { unit, ...(unit === 'short' && { decimals: 0 }) };
  if (type === 'timeseries') return { defaults: { ...number, min: 0, custom: DRAWING }, overrides };
  return {
    defaults: {
      ...number,
      // Without steps Grafana shows what is above 80 in red.
      thresholds: {
        mode: ThresholdsMode.Absolute,
        steps: steps.map(({ from, color }, index) => ({ color, value: index === 0 ? null : from })),
      },
      ...(noValue !== undefined && { noValue }),
    },
    overrides,
  };
}
