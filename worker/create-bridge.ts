import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import type { Log } from '../api/log.ts';
import { Bridge } from '../crd-bridge/bridge.ts';
import { TaskWorkflows } from '../crd-bridge/task-workflows.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { LeaseElector } from '../kubernetes/lease-elector.ts';
import type { Config } from './config.ts';
import { LeadingBridge } from './leading-bridge.ts';

/** File that contains the namespace of a pod. */
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
/** Of deploy/rbac. */
const NAMESPACE = 'sei-system';

export interface BridgeParts {
  readonly config: Config;
  readonly client: Client;
  readonly transport: KubernetesTransport;
  readonly events: EventRecorder;
  readonly clusterId: string;
  readonly taskQueue: string;
  readonly knowsSearchAttributes: boolean;
  readonly log: Log;
}

/** A bridge that runs in one of the processes that share a lease. */
export function createBridge({
  config,
  client,
  transport,
  events,
  clusterId,
  taskQueue,
  knowsSearchAttributes,
  log,
}: BridgeParts): LeadingBridge {
  const elector = new LeaseElector({
    transport,
    namespace: config.LEASE_NAMESPACE ?? ownNamespace(),
    name: config.LEASE_NAME,
    identity: `${hostname()}_${randomUUID()}`,
    log,
  });
  const workflows = new TaskWorkflows({
    client,
    taskQueue,
    clusterId,
    temporalUiUrl: config.TEMPORAL_UI_URL,
    knowsSearchAttributes,
    startsEagerly: config.TEMPORAL_DEPLOYMENT_NAME === undefined,
  });
  const bridge = {
    transport,
    events,
    workflows,
    namespaces: config.WATCH_NAMESPACE,
    taskSelector: config.TASK_SELECTOR,
    defaultTtlMs: config.DEFAULT_TTL_AFTER_FINISHED,
    log,
  };
  return new LeadingBridge(elector, () => new Bridge(bridge));
}

function ownNamespace(): string {
  return existsSync(NAMESPACE_FILE) ? readFileSync(NAMESPACE_FILE, 'utf8').trim() : NAMESPACE;
}
