/**
 * The process that carries out runbooks: a worker with the workflows and activities of the service, whose sidecars and
 * whose chain are in memory. Permits, SeiNodes and statuses are on real servers.
 */
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/create-activities.ts';
import { createRunbookActivities } from '../../activities/runbook/create-runbook-activities.ts';
import type { SeidRpc } from '../../activities/seid-rpc.ts';
import type { Log } from '../../api/log.ts';
import { SEI_NODE, SEI_NODE_RUNBOOK, SEI_NODE_TASK } from '../../api/resources.ts';
import type { SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { EventRecorder } from '../../kubernetes/event-recorder.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../../kubernetes/load-kube-config.ts';
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { TaskStatusWriter } from '../../kubernetes/task-status-writer.ts';
import { FollowedChain } from './followed-chain.ts';
import { instantSidecar } from './instant-sidecar.ts';
import { NAMESPACE, nodeName, TASK_QUEUE, type RunbookWorkerSettings } from './settings.ts';

const { temporal, kubeconfig, bundleFile, nodes } = JSON.parse(process.argv[2] ?? '{}') as RunbookWorkerSettings;
const transport = new KubernetesTransport(await loadKubeConfig({ file: kubeconfig }));
const log: Log = (event, fields) => void process.stdout.write(`${event} ${JSON.stringify(fields)}\n`);
const chain = new FollowedChain(
  NAMESPACE,
  Array.from({ length: nodes }, (_, index) => nodeName(index)),
);
const tasks = new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK);
const common = {
  clusterId: await readClusterId(transport),
  seiNodes: new ResourceClient(transport, SEI_NODE),
  events: new EventRecorder(transport, 'bench'),
  log,
  // The worker cancels what runs when the process is asked to stop.
  shutdown: new AbortController().signal,
  temporalUiUrl: undefined,
};
const activities = createActivities({
  ...common,
  sidecar: instantSidecar(),
  // A restart asks it nothing.
  rpc: {} as SeidRpc,
  chains: chain,
  guardDefault: 'Off',
  tasks,
  statuses: new TaskStatusWriter(tasks),
  searchAttributes: { areKnown: false },
});
const runbookActivities = createRunbookActivities({
  ...common,
  runbooks: new ResourceClient<SeiNodeRunbook>(transport, SEI_NODE_RUNBOOK),
  chain,
});
const { address, namespace } = temporal;
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  namespace,
  taskQueue: TASK_QUEUE,
  workflowBundle: { codePath: bundleFile },
  activities: { ...activities, ...runbookActivities },
  workflowTaskPollerBehavior: { type: 'autoscaling' },
  activityTaskPollerBehavior: { type: 'autoscaling' },
  maxConcurrentActivityTaskExecutions: 1_000,
  maxHeartbeatThrottleInterval: '1 second',
});
// It ends with SIGTERM.
await worker.run();
process.exit(0);
