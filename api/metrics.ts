/** One metric, as Prometheus scrapes it. */
export interface MetricDefinition {
  /** Prometheus' type. */
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Names of the labels. What their values are says `metricLabels`. */
  readonly labels: readonly MetricLabel[];
  readonly unit: 'seconds' | 'bytes' | '1';
  readonly help: string;
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
  /**
   * `workflow`: recorded by workflow code through the SDK, which adds labels of its own. `codec-server`: served by that
   * process alone. Unset: `service`.
   */
  readonly recordedBy?: 'workflow' | 'codec-server';
}

/** Labels that are used, each with its values. None names a task, a node or a namespace: the numbers stay bounded. */
export const metricLabels = {
  kind: '`spec.kind` of the task; `other` for a kind that this version does not know',
  phase:
    '`status.phase` of the task or the runbook; without a status a task counts as `Pending`, a runbook as `Planning`',
  reason:
    'a reason of [reasons.md](reasons.md); of a runbook one of [runbooks.md](runbooks.md); of a node of a runbook one of either page, or `Passed`: it passed its gate',
  verdict: 'a verdict of [the guard](guard.md), or `ChainPermit`: another task has the permit of the chain',
  result: '`success`, or `error` when the key was requeued with backoff',
  verb: '`GET`, `POST`, `PATCH`, `DELETE`; `WATCH` for a watch',
  code: 'the HTTP status; `none` when there was no answer',
  check: 'a check of `/readyz`: `temporal`, `worker`, `kubernetes`, `bridge`',
  credential: 'what it is used for: `kubernetes`, `sidecar`, `temporal`',
  version: 'version of this service',
  commit: 'commit that the process was built from; `unknown` when its build did not say',
  node_version: 'version of Node',
  namespace: 'Temporal namespace',
  task_queue: 'Temporal task queue',
  taskQueue: 'Temporal task queue',
  workflowType: 'Temporal workflow type',
  service_name: 'always `temporal-core-sdk`',
  operation: 'name of the gRPC method',
  status_code: 'gRPC status, such as `UNAVAILABLE`; `TRANSPORT_ERROR` when there was no answer',
  worker_type: '`ActivityWorker`, `WorkflowWorker`, `LocalActivityWorker`',
} as const;

type MetricLabel = keyof typeof metricLabels;

/** From an answer from memory to a call that timed out, in seconds. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** From a step that waits for nothing to a wait of a day, in seconds. */
const TASK_SECONDS = [1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400];

/** From a runbook whose spec is refused to one that takes a week, in seconds. */
const RUNBOOK_SECONDS = [1, 10, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 259_200, 604_800];

/**
 * Every metric of this service. The names are public, as reasons are: alerts and dashboards match on them, so a name
 * never changes. docs/metrics.md is generated from this.
 */
export const metrics = {
  sei_tasks: {
    type: 'gauge',
    labels: ['kind', 'phase'],
    unit: '1',
    help: 'SeiNodeTasks that exist, by kind and phase. 0 in a process that does not lead',
  },
  sei_task_oldest_pending_age_seconds: {
    type: 'gauge',
    labels: ['kind'],
    unit: 'seconds',
    help: 'Age of the oldest task in phase Pending. 0 without one, and in a process that does not lead',
  },
  sei_task_outcomes_total: {
    type: 'counter',
    labels: ['kind', 'reason'],
    unit: '1',
    help: 'Verdicts written into the status of a SeiNodeTask, also those that the bridge repaired',
  },
  sei_task_duration_seconds: {
    type: 'histogram',
    labels: ['kind', 'reason'],
    unit: 'seconds',
    help: 'Time from status.startedAt to the verdict',
    buckets: TASK_SECONDS,
  },
  sei_task_execution_duration_seconds: {
    type: 'histogram',
    labels: ['kind', 'reason'],
    unit: 'seconds',
    help: 'Execution time until the verdict, of tasks whose execution time has started',
    buckets: TASK_SECONDS,
  },
  sei_task_phase_wait_duration_seconds: {
    type: 'histogram',
    labels: ['kind', 'reason'],
    unit: 'seconds',
    help: 'Waits for requirePhase that ended: PhaseMet, or the reason of the verdict that ended the wait',
    buckets: TASK_SECONDS,
  },
  sei_task_queue_duration_seconds: {
    type: 'histogram',
    labels: ['kind', 'reason'],
    unit: 'seconds',
    help: 'Waits for other work on the node that ended: PhaseMet, or the reason of the verdict that ended the wait',
    buckets: TASK_SECONDS,
  },
  sei_task_verdicts: {
    type: 'counter',
    labels: ['kind', 'reason', 'namespace', 'taskQueue', 'workflowType'],
    unit: '1',
    help: 'Tasks that reached their end, by kind and reason',
    recordedBy: 'workflow',
  },
  sei_permit_waiters: {
    type: 'gauge',
    labels: [],
    unit: '1',
    help: 'Tasks and runbooks in this process that queue for the permit of a node',
  },
  sei_permit_wait_duration_seconds: {
    type: 'histogram',
    labels: [],
    unit: 'seconds',
    help: 'Waits for a permit that ended with the permit',
    buckets: TASK_SECONDS,
  },
  sei_guard_waiters: {
    type: 'gauge',
    labels: ['verdict'],
    unit: '1',
    help: 'Tasks and runbooks in this process that the guard holds back, by what it found last',
  },
  sei_guard_longest_wait_seconds: {
    type: 'gauge',
    labels: ['verdict'],
    unit: 'seconds',
    help: 'How long a verdict of the guard has held the task or runbook of this process back that waits for longest. 0 without one',
  },
  sei_guard_wait_duration_seconds: {
    type: 'histogram',
    labels: ['verdict'],
    unit: 'seconds',
    help: 'Times for which one verdict of the guard held a task or a runbook back that ended: with another verdict, or with the wait',
    buckets: TASK_SECONDS,
  },
  sei_runbooks: {
    type: 'gauge',
    labels: ['phase'],
    unit: '1',
    help: 'SeiNodeRunbooks that exist, by phase. 0 in a process that does not lead',
  },
  sei_runbook_progress_age_seconds: {
    type: 'gauge',
    labels: ['reason'],
    unit: 'seconds',
    help: 'Time since the last change of phase, or of the step of a node, of the runbook that has had none for longest, by its reason. Without runbooks that an operator paused or that need one, and without waits that the spec asks for. 0 without one, and in a process that does not lead',
  },
  sei_runbook_duration_seconds: {
    type: 'histogram',
    labels: ['reason'],
    unit: 'seconds',
    help: 'Time from status.startedAt to the end of a runbook',
    buckets: RUNBOOK_SECONDS,
  },
  sei_runbook_node_outcomes_total: {
    type: 'counter',
    labels: ['reason', 'namespace', 'taskQueue', 'workflowType'],
    unit: '1',
    help: 'Tries at a node of a runbook that ended',
    recordedBy: 'workflow',
  },
  sei_bridge_leading: {
    type: 'gauge',
    labels: [],
    unit: '1',
    help: '1 while this process turns SeiNodeTasks into workflows',
  },
  sei_bridge_leader_transitions_total: {
    type: 'counter',
    labels: [],
    unit: '1',
    help: 'Times that this process became the leader',
  },
  sei_bridge_lease_shared: {
    type: 'gauge',
    labels: [],
    unit: '1',
    help: '1 while this process stands by for a leader with other settings',
  },
  sei_bridge_queue_length: {
    type: 'gauge',
    labels: [],
    unit: '1',
    help: 'SeiNodeTasks that wait to be reconciled, also after a failure',
  },
  sei_bridge_backing_off: {
    type: 'gauge',
    labels: [],
    unit: '1',
    help: 'SeiNodeTasks whose last reconcile failed and that are requeued with backoff',
  },
  sei_bridge_reconcile_duration_seconds: {
    type: 'histogram',
    labels: ['result'],
    unit: 'seconds',
    help: 'Reconciles of a SeiNodeTask',
    buckets: CALL_SECONDS,
  },
  sei_bridge_statuses_repaired_total: {
    type: 'counter',
    labels: [],
    unit: '1',
    help: 'Verdicts that the bridge wrote because the workflow had closed without writing one',
  },
  sei_bridge_orphans_cancelled_total: {
    type: 'counter',
    labels: [],
    unit: '1',
    help: 'Open workflows that were cancelled because their SeiNodeTask is gone',
  },
  sei_bridge_orphans_withheld: {
    type: 'gauge',
    labels: [],
    unit: '1',
    help: 'Open workflows without a SeiNodeTask that are not cancelled because they are too many to be believed',
  },
  sei_bridge_watch_age_seconds: {
    type: 'gauge',
    labels: [],
    unit: 'seconds',
    help: 'Time since the watch of SeiNodeTasks last received a list, an event or a bookmark. 0 in a process that does not lead',
  },
  sei_bridge_relists_total: {
    type: 'counter',
    labels: [],
    unit: '1',
    help: 'Lists of all SeiNodeTasks: the first one of each term, and after events may have been missed',
  },
  sei_kubernetes_requests_total: {
    type: 'counter',
    labels: ['verb', 'code'],
    unit: '1',
    help: 'Requests to the API server',
  },
  sei_kubernetes_request_duration_seconds: {
    type: 'histogram',
    labels: ['verb'],
    unit: 'seconds',
    help: 'Time until the API server answered with headers, or the request failed',
    buckets: CALL_SECONDS,
  },
  sei_sidecar_requests_total: {
    type: 'counter',
    labels: ['verb', 'code'],
    unit: '1',
    help: 'Requests to sidecars',
  },
  sei_sidecar_request_duration_seconds: {
    type: 'histogram',
    labels: ['verb'],
    unit: 'seconds',
    help: 'Time until a sidecar answered, or the request failed',
    buckets: CALL_SECONDS,
  },
  sei_codec_requests_total: {
    type: 'counter',
    labels: ['code'],
    unit: '1',
    help: 'Requests that the codec server has answered. Served by the codec server alone',
    recordedBy: 'codec-server',
  },
  sei_codec_request_duration_seconds: {
    type: 'histogram',
    labels: [],
    unit: 'seconds',
    help: 'Time until the codec server had the answer to a request. Served by the codec server alone',
    buckets: CALL_SECONDS,
    recordedBy: 'codec-server',
  },
  sei_temporal_search_attributes_missing: {
    type: 'gauge',
    labels: [],
    unit: '1',
    help: 'Search attributes that the Temporal namespace lacks, or that this account may not query. New workflows have none while it is above 0',
  },
  sei_ready_check: {
    type: 'gauge',
    labels: ['check'],
    unit: '1',
    help: '1 while a check of /readyz passes, else 0',
  },
  sei_token_expiry_timestamp_seconds: {
    type: 'gauge',
    labels: ['credential'],
    unit: 'seconds',
    help: 'Unix time at which the bearer token in use expires. No series for a token that names no time',
  },
  sei_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    labels: ['credential'],
    unit: 'seconds',
    help: 'Unix time at which the first of the certificates in use expires: client certificates, and the CAs of SIDECAR_CA_FILE and of Temporal',
  },
  sei_build_info: {
    type: 'gauge',
    labels: ['version', 'commit', 'node_version'],
    unit: '1',
    help: 'Always 1; the labels say what runs',
  },
  process_cpu_seconds_total: {
    type: 'counter',
    labels: [],
    unit: 'seconds',
    help: 'CPU time that the process has used, in whole seconds',
  },
  process_resident_memory_bytes: {
    type: 'gauge',
    labels: [],
    unit: 'bytes',
    help: 'Resident memory of the process',
  },
  process_start_time_seconds: {
    type: 'gauge',
    labels: [],
    unit: 'seconds',
    help: 'Unix time at which the process started',
  },
  nodejs_heap_size_used_bytes: {
    type: 'gauge',
    labels: [],
    unit: 'bytes',
    help: "Used part of the main thread's heap",
  },
  nodejs_eventloop_lag_p99_seconds: {
    type: 'gauge',
    labels: [],
    unit: 'seconds',
    help: 'Delay of the event loop in the last 5 s, 99th percentile',
  },
  nodejs_eventloop_lag_max_seconds: {
    type: 'gauge',
    labels: [],
    unit: 'seconds',
    help: 'Longest delay of the event loop in the last 5 s',
  },
} as const satisfies Record<string, MetricDefinition>;

/** Metrics of the Temporal SDK that the alerts and the dashboard use. It serves many more. */
export const sdkMetrics = {
  temporal_request: {
    type: 'counter',
    labels: ['namespace', 'operation', 'service_name'],
    unit: '1',
    help: 'Requests to Temporal',
  },
  temporal_request_failure: {
    type: 'counter',
    labels: ['namespace', 'operation', 'service_name', 'status_code'],
    unit: '1',
    help: 'Requests to Temporal that failed',
  },
  temporal_worker_task_slots_available: {
    type: 'gauge',
    labels: ['namespace', 'service_name', 'task_queue', 'worker_type'],
    unit: '1',
    help: 'Free slots for tasks in this process',
  },
} as const satisfies Record<string, MetricDefinition>;

type Catalogue = typeof metrics;
export type MetricName<Type extends MetricDefinition['type'] = MetricDefinition['type']> = {
  [Name in keyof Catalogue]: Catalogue[Name]['type'] extends Type ? Name : never;
}[keyof Catalogue];
type LabelsOf<Name extends MetricName> = Readonly<Record<Catalogue[Name]['labels'][number], string>>;

/** Where the rooms record what they measure. Unset everywhere: nothing is recorded. */
export interface Metrics {
  /** @param value - Whole. Default: 1. */
  count<Name extends MetricName<'counter'>>(name: Name, labels: LabelsOf<Name>, value?: number): void;
  set<Name extends MetricName<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number): void;
  /** @param value - In the unit of the catalogue. */
  record<Name extends MetricName<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void;
}
