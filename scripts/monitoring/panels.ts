import { CALL_FAILED, failedShare, increased, TEMPORAL_FAILED } from './promql.ts';

/** One graph or figure of the dashboard. */
export interface Panel {
  readonly title: string;
  /** Said when one points at the panel. */
  readonly description: string;
  /** `short`: whole numbers. */
  readonly unit: 's' | 'none' | 'bytes' | 'short' | 'ops' | 'reqps' | 'percentunit';
  /** `stat`: what is true now. Default: `timeseries`. */
  readonly type?: 'stat' | 'timeseries';
  /** PromQL by legend, which may use `{{label}}`. `NS` stands for the chosen namespaces. */
  readonly queries: Readonly<Record<string, string>>;
  /** Colours by legend. Default: Grafana's, in turn. */
  readonly colors?: Readonly<Record<string, string>>;
  /** Colours of a stat from a value up, with rising values. Default: neutral. */
  readonly steps?: readonly { readonly from: number; readonly color: string }[];
  /** What a stat says when no series exists. Default: `No data`. */
  readonly noValue?: string;
}

export interface Row {
  readonly title: string;
  /** Of each panel, in rows of Grafana's grid. */
  readonly height: number;
  readonly panels: readonly Panel[];
}

const COMPLETE = 'TaskComplete|Confirmed';
/** A wait of a day would make a restart of a minute a line at 0. */
const NO_AWAITS = 'NS,kind!~"Await.*"';

const rate = (selector: string): string => `rate(${selector}[$__rate_interval])`;

/** Of calls, which happen all the time. */
function quantileOfCalls(share: number, histogram: string, by: string): string {
  return `histogram_quantile(${share}, sum by (le, ${by}) (${rate(`${histogram}_bucket{NS}`)}))`;
}

/** Of tasks, which may be hours apart: with a shorter time the graph would be empty when somebody looks at it. */
function quantileOfTasks(share: number, histogram: string, by: string, matchers = 'NS'): string {
  return `histogram_quantile(${share}, sum by (le, ${by}) (${increased(`${histogram}_bucket{${matchers}}`, '1h')}))`;
}

function outcomes(matcher: string): string {
  return `sum by (kind, reason) (${increased(`sei_task_outcomes_total{NS,${matcher}}`, '5m')}) > 0`;
}

const glance: Row = {
  title: 'At a glance',
  height: 4,
  panels: [
    {
      title: 'Alerts that fire',
      description: 'Each has a page in docs/alerts/. Empty also when Prometheus has not loaded the rules.',
      unit: 'short',
      type: 'stat',
      queries: {
        '{{alertname}} ({{severity}})':
          'count by (alertname, severity) (ALERTS{NS,alertstate="firing",alertname=~"SeiNode(Task|Runbook).*"})',
      },
      steps: [
        { from: 0, color: 'green' },
        { from: 1, color: 'red' },
      ],
      noValue: 'none',
    },
    {
      title: 'Tasks by phase',
      description: 'SeiNodeTasks that exist. Complete and Failed ones stay until they are deleted.',
      unit: 'short',
      type: 'stat',
      queries: { '{{phase}}': 'sum by (phase) (sei_tasks{NS})' },
      colors: { Pending: 'yellow', Running: 'blue', Complete: 'green', Failed: 'red' },
    },
    {
      title: 'Failing checks of /readyz',
      description: 'Processes in which a check fails, and search attributes that Temporal lacks.',
      unit: 'short',
      type: 'stat',
      queries: {
        '{{check}}': 'count by (check) (sei_ready_check{NS} == 0)',
        'search attributes': 'max(sei_temporal_search_attributes_missing{NS}) > 0',
      },
      steps: [
        { from: 0, color: 'green' },
        { from: 1, color: 'red' },
      ],
      noValue: 'none',
    },
    {
      title: 'Leader changes',
      description: 'In the last 30 minutes. An upgrade makes one or two.',
      unit: 'short',
      type: 'stat',
      queries: {
        '{{namespace}}': `sum by (namespace) (${increased('sei_bridge_leader_transitions_total{NS}', '30m')})`,
      },
      steps: [
        { from: 0, color: 'green' },
        { from: 4, color: 'orange' },
      ],
    },
    {
      title: 'Processes by version',
      description: 'Two versions are normal during an upgrade only.',
      unit: 'short',
      type: 'stat',
      queries: { '{{version}}': 'count by (version) (sei_build_info{NS})' },
    },
    {
      title: 'Time left of tokens and certificates',
      description: 'The shortest of all processes. Tokens of a pod are renewed when a fifth of their hour is left.',
      unit: 's',
      type: 'stat',
      queries: {
        '{{credential}} token': 'min by (credential) (sei_token_expiry_timestamp_seconds{NS}) - time()',
        '{{credential}} certificate': 'min by (credential) (sei_certificate_expiry_timestamp_seconds{NS}) - time()',
      },
      steps: [
        { from: 0, color: 'red' },
        { from: 300, color: 'green' },
      ],
      noValue: 'none expires',
    },
  ],
};

const tasks: Row = {
  title: 'Tasks',
  height: 7,
  panels: [
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
      title: 'Waiting for a permit',
      description: 'Tasks and runbooks that queue for a node.',
      unit: 'short',
      queries: { waiters: 'sum(sei_permit_waiters{NS})' },
    },
    {
      title: 'Tasks that completed',
      description: 'In the last 5 minutes.',
      unit: 'short',
      queries: { '{{kind}} {{reason}}': outcomes(`reason=~"${COMPLETE}"`) },
    },
    {
      title: 'Tasks that failed',
      description: 'In the last 5 minutes, by reason. docs/reasons.md says what each means.',
      unit: 'short',
      queries: { '{{kind}} {{reason}}': outcomes(`reason!~"${COMPLETE}"`) },
    },
    {
      title: 'Repaired and cancelled by the bridge',
      description:
        'In the last 5 minutes: statuses repaired after a workflow closed without a verdict, and workflows cancelled as orphans. Withheld: orphans that are not cancelled because they are many.',
      unit: 'short',
      queries: {
        repaired: `sum(${increased('sei_bridge_statuses_repaired_total{NS}', '5m')})`,
        orphans: `sum(${increased('sei_bridge_orphans_cancelled_total{NS}', '5m')})`,
        withheld: 'max(sei_bridge_orphans_withheld{NS})',
      },
    },
    {
      title: 'Execution time',
      description:
        '95th percentile of the tasks that ended in the last hour, estimated from buckets. Without those that wait for a height.',
      unit: 's',
      queries: { '{{kind}}': quantileOfTasks(0.95, 'sei_task_execution_duration_seconds', 'kind', NO_AWAITS) },
    },
    {
      title: 'From the first status to the verdict',
      description: 'The same with all waits.',
      unit: 's',
      queries: { '{{kind}}': quantileOfTasks(0.95, 'sei_task_duration_seconds', 'kind', NO_AWAITS) },
    },
    {
      title: 'Waits',
      description:
        'The same of waits that ended: for the phase of the SeiNode, for other work on the node, for its permit.',
      unit: 's',
      queries: {
        'phase, {{kind}}': quantileOfTasks(0.95, 'sei_task_phase_wait_duration_seconds', 'kind'),
        'node, {{kind}}': quantileOfTasks(0.95, 'sei_task_queue_duration_seconds', 'kind'),
        'permit, {{namespace}}': quantileOfTasks(0.95, 'sei_permit_wait_duration_seconds', 'namespace'),
      },
    },
  ],
};

const runbooks: Row = {
  title: 'Runbooks and the guard',
  height: 7,
  panels: [
    {
      title: 'Runbooks at work',
      description: 'SeiNodeRunbooks that have not ended. NeedsOperator: a node failed, and somebody has to decide.',
      unit: 'short',
      queries: { '{{phase}}': 'sum by (phase) (sei_runbooks{NS,phase!~"Complete|Failed|Aborted"}) > 0' },
      colors: { NeedsOperator: 'red', Paused: 'yellow' },
    },
    {
      title: 'Nodes restarted by runbooks',
      description: 'Tries that ended in the last 5 minutes. Passed: the node is back and has passed its gate.',
      unit: 'short',
      queries: { '{{reason}}': `sum by (reason) (${increased('sei_runbook_node_outcomes_total{NS}', '5m')}) > 0` },
    },
    {
      title: 'Runbook without progress',
      description:
        'Time since a step of the runbook that has had none for longest, by its reason. Without runbooks that a person paused, and without waits that the spec asks for.',
      unit: 's',
      queries: { '{{reason}}': 'max by (reason) (sei_runbook_progress_age_seconds{NS}) > 0' },
    },
    {
      title: 'Held back by the guard',
      description: 'Tasks and runbooks that wait, by verdict. docs/guard.md says what each means.',
      unit: 'short',
      queries: { '{{verdict}}': 'sum by (verdict) (sei_guard_waiters{NS}) > 0' },
    },
    {
      title: 'Longest wait for the guard',
      description: 'How long a verdict has held a task or a runbook back.',
      unit: 's',
      queries: { '{{verdict}}': 'max by (verdict) (sei_guard_longest_wait_seconds{NS}) > 0' },
    },
    {
      title: 'Durations',
      description:
        '95th percentile of the runbooks, and of the waits for the guard, that ended in the last hour, estimated from buckets.',
      unit: 's',
      queries: {
        'runbook, {{reason}}': quantileOfTasks(0.95, 'sei_runbook_duration_seconds', 'reason'),
        'guard, {{verdict}}': quantileOfTasks(0.95, 'sei_guard_wait_duration_seconds', 'verdict'),
      },
    },
  ],
};

const bridge: Row = {
  title: 'Bridge',
  height: 7,
  panels: [
    {
      title: 'Leader',
      description: '1 for the process that leads, and for one that stands by for a leader with other settings.',
      unit: 'short',
      queries: { '{{pod}}': 'sei_bridge_leading{NS}', '{{pod}}, other settings': 'sei_bridge_lease_shared{NS} > 0' },
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
      unit: 'ops',
      queries: { '{{result}}': `sum by (result) (${rate('sei_bridge_reconcile_duration_seconds_count{NS}')})` },
    },
    {
      title: 'Reconcile duration',
      description: '95th percentile.',
      unit: 's',
      queries: { '{{result}}': quantileOfCalls(0.95, 'sei_bridge_reconcile_duration_seconds', 'result') },
    },
    {
      title: 'Age of the watch',
      description: 'Time since the watch of SeiNodeTasks last received anything.',
      unit: 's',
      queries: { age: 'max(sei_bridge_watch_age_seconds{NS})' },
    },
    {
      title: 'Lists of all SeiNodeTasks',
      description: 'In the last 5 minutes. A new leader makes one, and so does a watch that was interrupted.',
      unit: 'short',
      queries: { lists: `sum(${increased('sei_bridge_relists_total{NS}', '5m')})` },
    },
  ],
};

const dependencies: Row = {
  title: 'API server, sidecars, Temporal',
  height: 7,
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
      description: 'Per second. TRANSPORT_ERROR: no answer. NOT_FOUND and ALREADY_EXISTS are part of normal work.',
      unit: 'reqps',
      queries: { '{{status_code}}': `sum by (status_code) (${rate('temporal_request_failure{NS}')})` },
    },
    {
      title: 'API server: time to answer',
      description: '95th percentile. Watches are answered when they open.',
      unit: 's',
      queries: { '{{verb}}': quantileOfCalls(0.95, 'sei_kubernetes_request_duration_seconds', 'verb') },
    },
    {
      title: 'Sidecars: time to answer',
      description: '95th percentile.',
      unit: 's',
      queries: { '{{verb}}': quantileOfCalls(0.95, 'sei_sidecar_request_duration_seconds', 'verb') },
    },
    {
      title: 'Failed share of requests',
      description:
        'Without an answer, or with a failure of the server, in the last 5 minutes: what the alerts compare.',
      unit: 'percentunit',
      queries: {
        'API server': failedShare(
          `sei_kubernetes_requests_total{NS,${CALL_FAILED}}`,
          'sei_kubernetes_requests_total{NS}',
        ),
        sidecars: failedShare(`sei_sidecar_requests_total{NS,${CALL_FAILED}}`, 'sei_sidecar_requests_total{NS}'),
        Temporal: failedShare(`temporal_request_failure{NS,${TEMPORAL_FAILED}}`, 'temporal_request{NS}'),
      },
    },
    {
      title: 'Codec server: requests',
      description: 'Per second, by the status of the answer. Empty where it is not installed.',
      unit: 'reqps',
      queries: { '{{code}}': `sum by (code) (${rate('sei_codec_requests_total{NS}')})` },
    },
    {
      title: 'Codec server: time to answer',
      description: '95th percentile. Empty where it is not installed.',
      unit: 's',
      queries: { '{{namespace}}': quantileOfCalls(0.95, 'sei_codec_request_duration_seconds', 'namespace') },
    },
  ],
};

const processes: Row = {
  title: 'Processes',
  height: 7,
  panels: [
    {
      title: 'Failing checks of /readyz, by process',
      description: '1 while a check fails. Empty while every process is ready.',
      unit: 'short',
      queries: { '{{pod}} {{check}}': '1 - sei_ready_check{NS} > 0' },
    },
    {
      title: 'Uptime',
      description: 'Since the process started.',
      unit: 's',
      queries: { '{{pod}}': 'time() - process_start_time_seconds{NS}' },
    },
    {
      title: 'Free slots',
      description: 'Activities that this process could still take.',
      unit: 'short',
      queries: { '{{pod}}': 'temporal_worker_task_slots_available{NS,worker_type="ActivityWorker"}' },
    },
    {
      title: 'CPU',
      description: 'Cores in use.',
      unit: 'none',
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

export const rows: readonly Row[] = [glance, tasks, runbooks, bridge, dependencies, processes];
