import type { DataConverter } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { Agent } from 'undici';
import { BearerToken } from '../activities/bearer-token.ts';
import { ChainReader } from '../activities/chain/chain-reader.ts';
import { createActivities, type ActivityDependencies } from '../activities/create-activities.ts';
import { GuardWaits } from '../activities/guard-waits.ts';
import { createRunbookActivities } from '../activities/runbook/create-runbook-activities.ts';
import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { SeidRpc } from '../activities/seid-rpc.ts';
import { SidecarClient } from '../activities/sidecar-client.ts';
import { connectTrusting } from '../activities/sidecar-trust.ts';
import type { Log } from '../api/log.ts';
import type { Metrics } from '../api/metrics.ts';
import { SEI_NODE, SEI_NODE_RUNBOOK, SEI_NODE_TASK } from '../api/resources.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { TaskStatusWriter } from '../kubernetes/task-status-writer.ts';
import type { Config } from './config.ts';
import { workflowSource } from './workflow-bundle.ts';

/** Slots in addition to those of the polls, for activities of one or two calls each: far more than needed. */
const SHORT_ACTIVITIES = 200;
/** Part of the grace time that is reserved for closing connections after the activities, in milliseconds. */
const CLOSING_MS = 2_000;

export interface ServiceWorkerOptions {
  readonly config: Config;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly dataConverter: DataConverter;
  /** Uid of the cluster's `kube-system` namespace. */
  readonly clusterId: string;
  readonly taskQueue: string;
  readonly transport: KubernetesTransport;
  readonly events: EventRecorder;
  readonly log: Log;
  readonly shutdown: AbortSignal;
  readonly searchAttributes: ActivityDependencies['searchAttributes'];
  readonly metrics: Metrics;
}

/**
 * The worker of workflows and activities. A poll occupies a slot for as long as the sidecar works, so there are
 * thousands of slots: otherwise restart number 101 would use up its execution time waiting for one.
 */
export async function createWorker(options: ServiceWorkerOptions): Promise<Worker> {
  const {
    config,
    connection,
    namespace,
    dataConverter,
    clusterId,
    taskQueue,
    transport,
    events,
    log,
    shutdown,
    searchAttributes,
    metrics,
  } = options;
  const tasks = new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK);
  const rpc = new SeidRpc({ urlTemplate: config.SEID_RPC_URL_TEMPLATE, dispatcher: new Agent() });
  const seiNodes = new ResourceClient(transport, SEI_NODE);
  const chain = new ChainReader({ rpc, seiNodes });
  const guardWaits = new GuardWaits(metrics);
  const temporalUiUrl = config.TEMPORAL_UI_URL;
  const common = { clusterId, seiNodes, events, log, metrics, guardWaits, shutdown, temporalUiUrl };
  const activities = createActivities({
    ...common,
    sidecar: new SidecarClient({
      urlTemplate: config.SIDECAR_URL_TEMPLATE,
      dispatcher: new Agent(
        config.SIDECAR_CA_FILE === undefined
          ? { allowH2: false }
          : { connect: connectTrusting(config.SIDECAR_CA_FILE) },
      ),
      token: config.SIDECAR_TOKEN_FILE === undefined ? undefined : new BearerToken(config.SIDECAR_TOKEN_FILE),
      metrics,
    }),
    rpc,
    chains: chain,
    guardDefault: config.GUARD_DEFAULT,
    tasks,
    statuses: new TaskStatusWriter(tasks, metrics),
    searchAttributes,
  });
  const runbookActivities = createRunbookActivities({
    ...common,
    runbooks: new ResourceClient<SeiNodeRunbook>(transport, SEI_NODE_RUNBOOK),
    chain,
  });
  return await Worker.create({
    connection,
    namespace,
    dataConverter,
    taskQueue,
    ...versioning(config),
    ...workflowSource(config, dataConverter),
    activities: { ...activities, ...runbookActivities },
    shutdownGraceTime: Math.max(1, config.SHUTDOWN_GRACE - CLOSING_MS),
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    maxConcurrentActivityTaskExecutions: config.MAX_CONCURRENT_POLLS + SHORT_ACTIVITIES,
    // Activities throttle their heartbeats themselves. A cancelled activity learns of it with its next heartbeat.
    maxHeartbeatThrottleInterval: '1 second',
  });
}

/** A task ends on the version that began it: its workflow code does not change below it. */
function versioning({
  TEMPORAL_DEPLOYMENT_NAME: deploymentName,
  TEMPORAL_WORKER_BUILD_ID: buildId,
}: Config): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (deploymentName === undefined || buildId === undefined) return {};
  return {
    workerDeploymentOptions: {
      version: { deploymentName, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
  };
}
