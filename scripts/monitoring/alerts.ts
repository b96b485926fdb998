import { reasons, type Reason, type ReasonDefinition } from '../../api/reasons.ts';
import { CALL_FAILED, failedShare, increased, TEMPORAL_FAILED } from './promql.ts';

/** One alert. Its page is docs/alerts/<name>.md. */
export interface Alert {
  readonly name: string;
  /** PromQL. */
  readonly expr: string;
  /** How long the expression has to hold. Unset: it fires at once. */
  readonly holdsFor?: string;
  /** `critical`: somebody has to act now. `warning`: during the next working day. */
  readonly severity: 'critical' | 'warning';
  /** One line, with the labels of the expression as `{{ $labels.name }}`. */
  readonly summary: string;
}

/** Alerts that one Prometheus rule group contains. */
export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly Alert[];
}

function outcomes(alert: ReasonDefinition['alert']): string {
  const names = (Object.keys(reasons) as Reason[]).filter((reason) => {
    const definition: ReasonDefinition = reasons[reason];
    return definition.alert === alert;
  });
  return counted(`sei_task_outcomes_total{reason=~"${names.join('|')}"}`, '15m', 'namespace, kind, reason');
}

/** Whether something happened within a time, with how often. */
function counted(selector: string, within: string, by: string): string {
  return `sum by (${by}) (${increased(selector, within)}) > 0`;
}

const availability: AlertGroup = {
  name: 'sei-node-tasks-availability',
  alerts: [
    {
      name: 'SeiNodeTasksDown',
      expr: 'absent(sei_build_info)',
      holdsFor: '5m',
      severity: 'critical',
      summary: 'No process of sei-node-tasks is scraped.',
    },
    {
      name: 'SeiNodeTasksNoneReady',
      expr: 'max by (namespace, check) (sei_ready_check) == 0',
      holdsFor: '5m',
      severity: 'critical',
      summary: 'The check {{ $labels.check }} fails in every process in {{ $labels.namespace }}.',
    },
    {
      name: 'SeiNodeTasksNotReady',
      expr: 'min by (namespace, pod, check) (sei_ready_check) == 0',
      holdsFor: '10m',
      severity: 'warning',
      summary: 'The check {{ $labels.check }} fails in {{ $labels.namespace }}/{{ $labels.pod }}.',
    },
    {
      name: 'SeiNodeTasksNoLeader',
      expr: 'sum by (namespace) (sei_bridge_leading) == 0',
      holdsFor: '2m',
      severity: 'critical',
      summary: 'No process in {{ $labels.namespace }} leads: new tasks are not started.',
    },
    {
      name: 'SeiNodeTasksTwoLeaders',
      expr: 'sum by (namespace) (sei_bridge_leading) > 1',
      holdsFor: '2m',
      severity: 'warning',
      summary: '{{ $value }} processes in {{ $labels.namespace }} lead.',
    },
    {
      name: 'SeiNodeTasksLeaseShared',
      expr: 'max by (namespace, pod) (sei_bridge_lease_shared) == 1',
      holdsFor: '15m',
      severity: 'critical',
      summary:
        '{{ $labels.namespace }}/{{ $labels.pod }} stands by for a leader with other settings: two installations share a lease.',
    },
    {
      name: 'SeiNodeTasksLeaderChanges',
      expr: 'sum by (namespace) (increase(sei_bridge_leader_transitions_total[30m])) > 3',
      severity: 'warning',
      summary: 'The leader in {{ $labels.namespace }} changed {{ $value | humanize }} times in 30 minutes.',
    },
    {
      name: 'SeiNodeTasksRestarting',
      expr: 'max by (namespace, pod) (changes(process_start_time_seconds[30m])) > 2',
      severity: 'warning',
      summary: '{{ $labels.namespace }}/{{ $labels.pod }} restarted {{ $value }} times in 30 minutes.',
    },
    {
      name: 'SeiNodeTasksEventLoopSlow',
      expr: 'max by (namespace, pod) (nodejs_eventloop_lag_p99_seconds) > 0.5',
      holdsFor: '10m',
      severity: 'warning',
      summary:
        'The event loop of {{ $labels.namespace }}/{{ $labels.pod }} is late by {{ $value | humanizeDuration }}.',
    },
    {
      name: 'SeiNodeTasksHeapNearlyFull',
      expr: 'max by (namespace, pod) (nodejs_heap_size_used_bytes) > 1.3e9',
      holdsFor: '10m',
      severity: 'warning',
      summary: '{{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | humanize1024 }}B of its heap of 1.5 GiB.',
    },
  ],
};

const tasks: AlertGroup = {
  name: 'sei-node-tasks-tasks',
  alerts: [
    {
      name: 'SeiNodeTaskEndUnknown',
      expr: outcomes('SeiNodeTaskEndUnknown'),
      severity: 'critical',
      summary: 'A {{ $labels.kind }} ended with {{ $labels.reason }}: it may still be at work on its node.',
    },
    {
      name: 'SeiNodeTaskFailed',
      expr: outcomes('SeiNodeTaskFailed'),
      severity: 'warning',
      summary: 'A {{ $labels.kind }} ended with {{ $labels.reason }}.',
    },
    {
      name: 'SeiNodeTaskNotStarted',
      expr: outcomes('SeiNodeTaskNotStarted'),
      severity: 'warning',
      summary: 'A {{ $labels.kind }} ended with {{ $labels.reason }} and was not carried out.',
    },
    {
      name: 'SeiNodeTaskPending',
      expr: 'max by (namespace, kind) (sei_task_oldest_pending_age_seconds) > 1800',
      holdsFor: '5m',
      severity: 'warning',
      summary: 'A {{ $labels.kind }} has been Pending for {{ $value | humanizeDuration }}.',
    },
    {
      name: 'SeiNodeTasksBackingOff',
      expr: 'max by (namespace) (sei_bridge_backing_off) > 0',
      holdsFor: '10m',
      severity: 'warning',
      summary: '{{ $value }} SeiNodeTasks cannot be reconciled.',
    },
    {
      name: 'SeiNodeTasksQueueLong',
      expr: 'max by (namespace) (sei_bridge_queue_length) > 100',
      holdsFor: '10m',
      severity: 'warning',
      summary: '{{ $value }} SeiNodeTasks wait to be reconciled.',
    },
    {
      name: 'SeiNodeTasksOrphansCancelled',
      expr: 'sum by (namespace) (increase(sei_bridge_orphans_cancelled_total[10m])) > 20',
      severity: 'warning',
      summary: '{{ $value | humanize }} workflows were cancelled in 10 minutes because their SeiNodeTask is gone.',
    },
    {
      name: 'SeiNodeTasksOrphansWithheld',
      expr: 'max by (namespace) (sei_bridge_orphans_withheld) > 0',
      holdsFor: '3m',
      severity: 'critical',
      summary: '{{ $value }} open workflows have no SeiNodeTask and are not cancelled.',
    },
    {
      name: 'SeiNodeTasksSlotsUsedUp',
      expr: 'min by (namespace, pod) (temporal_worker_task_slots_available{worker_type="ActivityWorker"}) == 0',
      holdsFor: '5m',
      severity: 'warning',
      summary: '{{ $labels.namespace }}/{{ $labels.pod }} polls as many tasks as MAX_CONCURRENT_POLLS allows.',
    },
  ],
};

const runbooks: AlertGroup = {
  name: 'sei-node-tasks-runbooks',
  alerts: [
    {
      name: 'SeiNodeRunbookNeedsOperator',
      expr: 'max by (namespace) (sei_runbooks{phase="NeedsOperator"}) > 0',
      holdsFor: '15m',
      severity: 'critical',
      summary: '{{ $value }} SeiNodeRunbooks have stopped at a node that failed and wait for an operator.',
    },
    {
      name: 'SeiNodeRunbookStalled',
      expr: 'max by (namespace, reason) (sei_runbook_progress_age_seconds) > 3600',
      holdsFor: '5m',
      severity: 'warning',
      summary:
        'A SeiNodeRunbook has had no progress for {{ $value | humanizeDuration }}, with the reason {{ $labels.reason }}.',
    },
    {
      name: 'SeiNodeTasksGuardWaitLong',
      expr: 'max by (namespace, verdict) (sei_guard_longest_wait_seconds) > 1800',
      holdsFor: '2m',
      severity: 'warning',
      summary: '{{ $labels.verdict }} has held a restart back for {{ $value | humanizeDuration }}.',
    },
  ],
};

const dependencies: AlertGroup = {
  name: 'sei-node-tasks-dependencies',
  alerts: [
    {
      name: 'SeiNodeTasksWatchStale',
      expr: 'max by (namespace) (sei_bridge_watch_age_seconds) > 300',
      holdsFor: '2m',
      severity: 'critical',
      summary: 'The watch of SeiNodeTasks has received nothing for {{ $value | humanizeDuration }}.',
    },
    {
      name: 'SeiNodeTasksRelisting',
      expr: 'sum by (namespace) (increase(sei_bridge_relists_total[5m])) > 0',
      holdsFor: '30m',
      severity: 'warning',
      summary: 'SeiNodeTasks have been listed again and again for 30 minutes: the watch does not last.',
    },
    {
      name: 'SeiNodeTasksApiServerFailing',
      expr: `${failedShare(`sei_kubernetes_requests_total{${CALL_FAILED}}`, 'sei_kubernetes_requests_total')} > 0.1`,
      holdsFor: '10m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the requests to the API server fail.',
    },
    {
      name: 'SeiNodeTasksApiServerRefuses',
      expr: 'sum by (namespace, verb, code) (increase(sei_kubernetes_requests_total{code=~"401|403"}[5m])) > 0',
      holdsFor: '10m',
      severity: 'critical',
      summary: 'The API server refuses {{ $labels.verb }} with {{ $labels.code }}.',
    },
    {
      name: 'SeiNodeTasksSidecarsFailing',
      expr: `${failedShare(`sei_sidecar_requests_total{${CALL_FAILED}}`, 'sei_sidecar_requests_total')} > 0.5`,
      holdsFor: '15m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the requests to sidecars fail.',
    },
    {
      name: 'SeiNodeTasksSidecarRefuses',
      expr: 'sum by (namespace, verb, code) (increase(sei_sidecar_requests_total{code=~"401|403"}[5m])) > 0',
      holdsFor: '5m',
      severity: 'critical',
      summary: 'A sidecar refuses {{ $labels.verb }} with {{ $labels.code }}.',
    },
    {
      name: 'SeiNodeTasksTemporalFailing',
      expr: `${failedShare(`temporal_request_failure{${TEMPORAL_FAILED}}`, 'temporal_request')} > 0.1`,
      holdsFor: '10m',
      severity: 'critical',
      summary: '{{ $value | humanizePercentage }} of the requests to Temporal fail.',
    },
    {
      name: 'SeiNodeTasksSearchAttributesMissing',
      expr: 'max by (namespace) (sei_temporal_search_attributes_missing) > 0',
      holdsFor: '15m',
      severity: 'warning',
      summary: 'The Temporal namespace of {{ $labels.namespace }} lacks {{ $value }} search attributes.',
    },
  ],
};

const credentials: AlertGroup = {
  name: 'sei-node-tasks-credentials',
  alerts: [
    {
      name: 'SeiNodeTasksTokenExpires',
      expr: 'min by (namespace, pod, credential) (sei_token_expiry_timestamp_seconds{credential!="temporal"}) - time() < 300',
      holdsFor: '2m',
      severity: 'critical',
      summary: 'The {{ $labels.credential }} token of {{ $labels.pod }} expires in {{ $value | humanizeDuration }}.',
    },
    {
      name: 'SeiNodeTasksApiKeyExpires',
      expr: 'min by (namespace, pod) (sei_token_expiry_timestamp_seconds{credential="temporal"}) - time() < 604800',
      holdsFor: '10m',
      severity: 'warning',
      summary: 'The Temporal API key of {{ $labels.pod }} expires in {{ $value | humanizeDuration }}.',
    },
    {
      name: 'SeiNodeTasksCertificateExpires',
      expr: 'min by (namespace, pod, credential) (sei_certificate_expiry_timestamp_seconds) - time() < 604800',
      holdsFor: '10m',
      severity: 'warning',
      summary:
        'A {{ $labels.credential }} certificate of {{ $labels.pod }} expires in {{ $value | humanizeDuration }}.',
    },
  ],
};

export const alertGroups: readonly AlertGroup[] = [availability, tasks, runbooks, dependencies, credentials];
