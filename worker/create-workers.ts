import type { DataConverter } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { Agent } from 'undici';
import { BearerToken } from '../activities/bearer-token.ts';
import { createActivities } from '../activities/create-activities.ts';
import { SeidRpc } from '../activities/seid-rpc.ts';
import { SidecarClient } from '../activities/sidecar-client.ts';
import { connectTrusting } from '../activities/sidecar-trust.ts';
import { SEI_NODE, SEI_NODE_TASK } from '../api/resources.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import { pollTaskQueue } from '../api/task-queues.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { WrittenObjects } from '../kubernetes/written-objects.ts';
import type { Config } from './config.ts';
import { workflowSource } from './workflow-bundle.ts';

/** Short activities at the same time; each is a call or two, so this is far from being a limit. */
const SHORT_ACTIVITIES = 200;
/** Of the grace time, kept for closing connections after the activities, in milliseconds. */
const CLOSING_MS = 2_000;

export interface WorkersOptions {
  readonly config: Config;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly dataConverter: DataConverter;
  /** Uid of the cluster's `kube-system` namespace. */
  readonly clusterId: string;
  readonly taskQueue: string;
  readonly transport: KubernetesTransport;
  readonly events: EventRecorder;
  readonly shutdown: AbortSignal;
  readonly knowsSearchAttributes: boolean;
}

/** The worker of workflows and short activities, and that of the polls, which has slots of its own. */
export async function createWorkers(options: WorkersOptions): Promise<readonly Worker[]> {
  const { config, connection, namespace, dataConverter, clusterId, taskQueue, transport, events, shutdown, knowsSearchAttributes } = options;
  const activities = createActivities({
    sidecar: new SidecarClient({
      urlTemplate: config.SIDECAR_URL_TEMPLATE,
      dispatcher: new Agent(config.SIDECAR_CA_FILE === undefined ? { allowH2: false } : { connect: connectTrusting(config.SIDECAR_CA_FILE) }),
      token: config.SIDECAR_TOKEN_FILE === undefined ? undefined : new BearerToken(config.SIDECAR_TOKEN_FILE),
    }),
    rpc: new SeidRpc({ urlTemplate: config.SEID_RPC_URL_TEMPLATE, dispatcher: new Agent() }),
    clusterId,
    seiNodes: new ResourceClient(transport, SEI_NODE),
    tasks: new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK),
    written: new WrittenObjects<SeiNodeTask>(),
    events,
    shutdown,
    knowsSearchAttributes,
    temporalUiUrl: config.TEMPORAL_UI_URL,
  });
  const common: Omit<WorkerOptions, 'taskQueue'> = {
    connection,
    namespace,
    dataConverter,
    activities: { ...activities },
    shutdownGraceTime: Math.max(1, config.SHUTDOWN_GRACE - CLOSING_MS),
    activityTaskPollerBehavior: { type: 'autoscaling' },
    // Activities space their heartbeats themselves; a cancelled one hears of it with its next heartbeat.
    maxHeartbeatThrottleInterval: '1 second',
  };
  const tasks = await Worker.create({
    ...common,
    taskQueue,
    ...workflowSource(config.WORKFLOW_BUNDLE, dataConverter),
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    maxConcurrentActivityTaskExecutions: SHORT_ACTIVITIES,
  });
  const polls = await Worker.create({
    ...common,
    taskQueue: pollTaskQueue(taskQueue),
    maxConcurrentActivityTaskExecutions: config.MAX_CONCURRENT_POLLS,
  });
  return [tasks, polls];
}
