/** One graph. */
interface Panel {
  readonly title: string;
  /** Said when one points at the panel. */
  readonly description: string;
  readonly unit: 's' | 'bytes' | 'short' | 'reqps' | 'percentunit' | 'dateTimeFromNow';
  /** Default: `timeseries`. */
  readonly type?: 'stat' | 'timeseries';
  /** PromQL by legend, which may use `{{label}}`. `NS` stands for the chosen namespaces. */
  readonly queries: Readonly<Record<string, string>>;
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const NAMESPACE = 'namespace=~"$namespace"';
/** Of 24 columns. */
const WIDTH = 8;
const HEIGHT = 7;

const rate = (selector: string): string => `rate(${selector}[$__rate_interval])`;

function quantile(share: number, histogram: string, by: string): string {
  return `histogram_quantile(${share}, sum by (le, ${by}) (${rate(`${histogram}_bucket{NS}`)}))`;
}

const tasks: Row = {
  title: 'Tasks',
  panels: [
    {
      title: 'Tasks by phase',
      description: 'SeiNodeTasks that exist. Complete and Failed ones stay until they are deleted.',
      unit: 'short',
      type: 'stat',
      queries: { '{{phase}}': 'sum by (phase) (sei_tasks{NS})' },
    },
    {
      title: 'Tasks at work',
      description: 'Tasks that are Pending or Running.',
      unit: 'short',
      queries: { '{{kind}} {{phase}}': 'sum by (kind, phase) (sei_tasks{NS,phase=~"Pending|Running"}) > 0' },
    },
    {
      title: 'Oldest Pending task',
      description: 'Waits for a phase, for other work on its node, or for a worker.',
      unit: 's',
      queries: { '{{kind}}': 'max by (kind) (sei_task_oldest_pending_age_seconds{NS}) > 0' },
    },
    {
      title: 'Outcomes by reason',
      description: 'Verdicts written in the last 5 minutes.',
      unit: 'short',
      queries: { '{{kind}} {{reason}}': 'sum by (kind, reason) (increase(sei_task_outcomes_total{NS}[5m])) > 0' },
    },
    {
      title: 'Execution time',
      description: 'Median and 95th percentile of the execution time of tasks that ended.',
      unit: 's',
      queries: {
        '{{kind}} p50': quantile(0.5, 'sei_task_execution_duration_seconds', 'kind'),
        '{{kind}} p95': quantile(0.95, 'sei_task_execution_duration_seconds', 'kind'),
      },
    },
    {
      title: 'From the first status to the verdict',
      description: '95th percentile, waits included.',
      unit: 's',
      queries: { '{{kind}}': quantile(0.95, 'sei_task_duration_seconds', 'kind') },
    },
    {
      title: 'Waits',
      description: '95th percentile of waits that ended: for the phase of the SeiNode, for the node, for its permit.',
      unit: 's',
      queries: {
        'phase, {{kind}}': quantile(0.95, 'sei_task_phase_wait_duration_seconds', 'kind'),
        'node, {{kind}}': quantile(0.95, 'sei_task_queue_duration_seconds', 'kind'),
        'permit, {{namespace}}': quantile(0.95, 'sei_permit_wait_duration_seconds', 'namespace'),
      },
    },
    {
      title: 'Waiting for a permit',
      description: 'Tasks and runbooks that queue for a node.',
      unit: 'short',
      queries: { waiters: 'sum(sei_permit_waiters{NS})' },
    },
    {
      title: 'Repaired and cancelled by the bridge',
      description:
        'Statuses repaired after a workflow closed without a verdict; workflows cancelled as orphans, and orphans that are withheld because they are many.',
      unit: 'short',
      queries: {
        repaired: 'sum(increase(sei_bridge_statuses_repaired_total{NS}[5m]))',
        orphans: 'sum(increase(sei_bridge_orphans_cancelled_total{NS}[5m]))',
        withheld: 'max(sei_bridge_orphans_withheld{NS})',
      },
    },
  ],
};

const bridge: Row = {
  title: 'Bridge',
  panels: [
    {
      title: 'Leader',
      description: '1 for the process that leads, and for one that stands by for a leader with other settings.',
      unit: 'short',
      queries: { '{{pod}}': 'sei_bridge_leading{NS}', '{{pod}}, other settings': 'sei_bridge_lease_shared{NS} > 0' },
    },
    {
      title: 'Leader changes',
      description: 'In the last 30 minutes.',
      unit: 'short',
      type: 'stat',
      queries: { '{{namespace}}': 'sum by (namespace) (increase(sei_bridge_leader_transitions_total{NS}[30m]))' },
    },
    {
      title: 'Queue',
      description: 'SeiNodeTasks that wait to be reconciled, and those that are requeued with backoff.',
      unit: 'short',
      queries: { queued: 'max(sei_bridge_queue_length{NS})', 'backing off': 'max(sei_bridge_backing_off{NS})' },
    },
    {
      title: 'Reconciles',
      description: 'Per second, by result.',
      unit: 'reqps',
      queries: { '{{result}}': `sum by (result) (${rate('sei_bridge_reconcile_duration_seconds_count{NS}')})` },
    },
    {
      title: 'Reconcile duration',
      description: '95th percentile.',
      unit: 's',
      queries: { '{{result}}': quantile(0.95, 'sei_bridge_reconcile_duration_seconds', 'result') },
    },
    {
      title: 'Watch',
      description: 'Time since the watch received anything, and lists of everything in the last 5 minutes.',
      unit: 's',
      queries: {
        age: 'max(sei_bridge_watch_age_seconds{NS})',
        'lists in 5 min': 'sum(increase(sei_bridge_relists_total{NS}[5m]))',
      },
    },
  ],
};

const dependencies: Row = {
  title: 'API server, sidecars, Temporal',
  panels: [
    {
      title: 'Requests to the API server',
      description: 'Per second. `none`: no answer.',
      unit: 'reqps',
      queries: { '{{verb}} {{code}}': `sum by (verb, code) (${rate('sei_kubernetes_requests_total{NS}')})` },
    },
    {
      title: 'Requests to sidecars',
      description: 'Per second. `none`: no answer.',
      unit: 'reqps',
      queries: { '{{verb}} {{code}}': `sum by (verb, code) (${rate('sei_sidecar_requests_total{NS}')})` },
    },
    {
      title: 'Failed requests to Temporal',
      description: 'Per second. NOT_FOUND and ALREADY_EXISTS are part of normal work.',
      unit: 'reqps',
      queries: {
        '{{operation}} {{status_code}}': `sum by (operation, status_code) (${rate('temporal_request_failure{NS}')})`,
      },
    },
    {
      title: 'API server: time to answer',
      description: '95th percentile. Watches are answered when they open.',
      unit: 's',
      queries: { '{{verb}}': quantile(0.95, 'sei_kubernetes_request_duration_seconds', 'verb') },
    },
    {
      title: 'Sidecars: time to answer',
      description: '95th percentile.',
      unit: 's',
      queries: { '{{verb}}': quantile(0.95, 'sei_sidecar_request_duration_seconds', 'verb') },
    },
    {
      title: 'Free slots',
      description: 'Activities that this process could still take.',
      unit: 'short',
      queries: { '{{pod}}': 'temporal_worker_task_slots_available{NS,worker_type="ActivityWorker"}' },
    },
  ],
};

const processes: Row = {
  title: 'Processes',
  panels: [
    {
      title: 'Versions',
      description: 'Processes by version.',
      unit: 'short',
      type: 'stat',
      queries: { '{{version}}': 'count by (version) (sei_build_info{NS})' },
    },
    {
      title: 'Failing checks of /readyz',
      description: 'Empty while every process is ready and Temporal has the search attributes.',
      unit: 'short',
      queries: {
        '{{pod}} {{check}}': 'sei_ready_check{NS} == 0',
        '{{pod}} search attributes': 'sei_search_attributes_missing{NS} > 0',
      },
    },
    {
      title: 'Expiry of tokens and certificates',
      description: 'Unix time.',
      unit: 'dateTimeFromNow',
      type: 'stat',
      queries: {
        '{{credential}} token': 'min by (credential) (sei_token_expiry_timestamp_seconds{NS}) * 1000',
        '{{credential}} certificate': 'min by (credential) (sei_certificate_expiry_timestamp_seconds{NS}) * 1000',
      },
    },
    {
      title: 'CPU',
      description: 'Cores in use.',
      unit: 'short',
      queries: { '{{pod}}': 'rate(process_cpu_seconds_total{NS}[5m])' },
    },
    {
      title: 'Memory',
      description: 'Resident memory, and the used part of the heap, whose limit is 1.5 GiB.',
      unit: 'bytes',
      queries: {
        '{{pod}} resident': 'process_resident_memory_bytes{NS}',
        '{{pod}} heap': 'nodejs_heap_size_used_bytes{NS}',
      },
    },
    {
      title: 'Event loop',
      description: 'Delay in the last 5 s.',
      unit: 's',
      queries: {
        '{{pod}} p99': 'nodejs_eventloop_lag_p99_seconds{NS}',
        '{{pod}} max': 'nodejs_eventloop_lag_max_seconds{NS}',
      },
    },
  ],
};

const rows: readonly Row[] = [tasks, bridge, dependencies, processes];

/** deploy/monitoring/dashboard.json: a Grafana dashboard with variables for data source and namespaces. */
export function dashboard(): string {
  let y = 0;
  const panels = rows.flatMap((row) => {
    const header = { type: 'row', title: row.title, collapsed: false, panels: [], gridPos: { x: 0, y, w: 24, h: 1 } };
    const graphs = row.panels.map((panel, index) => graph(panel, { index, y: y + 1 }));
    y += 1 + HEIGHT * Math.ceil((row.panels.length * WIDTH) / 24);
    return [header, ...graphs];
  });
  return `${JSON.stringify(
    {
      uid: 'sei-node-tasks',
      title: 'sei-node-tasks',
      tags: ['sei'],
      timezone: 'utc',
      schemaVersion: 39,
      refresh: '30s',
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

function graph(
  { title, description, unit, type = 'timeseries', queries }: Panel,
  { index, y }: { readonly index: number; readonly y: number },
) {
  return {
    type,
    title,
    description,
    datasource: DATASOURCE,
    gridPos: { x: (index * WIDTH) % 24, y: y + HEIGHT * Math.floor((index * WIDTH) / 24), w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: Object.entries(queries).map(([legendFormat, expr], query) => ({
      refId: String.fromCodePoint(65 + query),
      datasource: DATASOURCE,
      legendFormat,
      expr: expr.replaceAll('NS', NAMESPACE),
    })),
  };
}
