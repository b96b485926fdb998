import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Log } from '../api/log.ts';
import type { Metrics } from '../api/metrics.ts';
import { Bridge } from '../crd-bridge/bridge.ts';
import { RunbookWorkflows } from '../crd-bridge/runbook-workflows.ts';
import { TaskWorkflows, type TaskWorkflowsOptions } from '../crd-bridge/task-workflows.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { LeaseElector } from '../kubernetes/lease-elector.ts';
import type { Config } from './config.ts';
import { confirmCluster } from './confirm-cluster.ts';
import { LeadingBridge } from './leading-bridge.ts';
import type { TemporalAccess } from './temporal-access.ts';
import type { TemporalHealth } from './temporal-health.ts';

/** File that contains the namespace of a pod. */
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
/** Of deploy/rbac. */
const NAMESPACE = 'sei-system';

export interface BridgeParts {
  readonly config: Config;
  readonly temporalAccess: Pick<TemporalAccess, 'client'>;
  readonly transport: KubernetesTransport;
  readonly events: EventRecorder;
  readonly clusterId: string;
  readonly taskQueue: string;
  /** What this installation works on. */
  readonly settings: string;
  readonly searchAttributes: TaskWorkflowsOptions['searchAttributes'];
  readonly metrics: Metrics;
  readonly temporal: Pick<TemporalHealth, 'isLost'>;
  readonly log: Log;
}

/** A bridge that runs in one of the processes that share a lease. */
export function createBridge({
  config,
  temporalAccess,
  transport,
  events,
  clusterId,
  taskQueue,
  settings,
  searchAttributes,
  metrics,
  temporal,
  log,
}: BridgeParts): LeadingBridge {
  const elector = new LeaseElector({
    transport,
    namespace: config.LEASE_NAMESPACE ?? ownNamespace(),
    name: config.LEASE_NAME,
    identity: `${hostname()}_${randomUUID()}`,
    settings,
    handicap: () => (temporal.isLost ? 'Temporal does not answer this process' : undefined),
    log,
  });
  const temporalOptions = {
    // Another one after the credentials were replaced.
    get client() {
      return temporalAccess.client;
    },
    taskQueue,
    clusterId,
    temporalUiUrl: config.TEMPORAL_UI_URL,
    searchAttributes,
    startsEagerly: config.TEMPORAL_DEPLOYMENT_NAME === undefined,
  };
  const bridge = {
    transport,
    events,
    workflows: new TaskWorkflows(temporalOptions),
    runbookWorkflows: new RunbookWorkflows(temporalOptions),
    namespaces: config.WATCH_NAMESPACE,
    taskSelector: config.TASK_SELECTOR,
    maxOrphansPercent: config.MAX_ORPHANS_PERCENT,
    isLeading: () => elector.isLeading,
    metrics,
    defaultTtlMs: config.DEFAULT_TTL_AFTER_FINISHED,
    log,
  };
  const createTermBridge = async (signal: AbortSignal): Promise<Bridge> => {
    await confirmCluster(transport, clusterId, { log, signal });
    return new Bridge(bridge);
  };
  return new LeadingBridge(elector, createTermBridge, metrics);
}

function ownNamespace(): string {
  return existsSync(NAMESPACE_FILE) ? readFileSync(NAMESPACE_FILE, 'utf8').trim() : NAMESPACE;
}
