import { randomUUID } from 'node:crypto';
import { Agent } from 'undici';
import { BearerToken } from '../../activities/bearer-token.ts';
import { listChainNodes } from '../../activities/chain/list-chain-nodes.ts';
import { NodeUrlTemplate } from '../../activities/node-url-template.ts';
import { readSeiNode } from '../../activities/read-sei-node.ts';
import { SidecarClient } from '../../activities/sidecar-client.ts';
import { taskWork } from '../../activities/task-work.ts';
import { SEI_NODE, SEI_NODE_TASK } from '../../api/resources.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { problemEvent } from '../../core/task-events.ts';
import { EventRecorder } from '../../kubernetes/event-recorder.ts';
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { TaskStatusWriter } from '../../kubernetes/task-status-writer.ts';
import type { Attempt, Probes } from './probe.ts';

async function mirrors({ environment, account, name }: Attempt): Promise<void> {
  const { metadata } = await environment.restart(name, 'absent');
  const client = new ResourceClient<SeiNodeTask>(account.transport, SEI_NODE_TASK);
  await new TaskStatusWriter(client).write({
    task: metadata,
    change: { step: 'accepted' },
    context: { atMs: Date.now() },
  });
}

async function asksSidecar(
  { environment, account, name }: Attempt,
  method: 'getTask' | 'postTask' | 'deleteTask',
): Promise<unknown> {
  const { fleet, namespace, added } = environment;
  await fleet.addNode({ namespace, name });
  const dispatcher = new Agent();
  added.defer(() => dispatcher.close());
  const sidecar = new SidecarClient({
    urlTemplate: new NodeUrlTemplate(`${fleet.url}/{namespace}/{name}`),
    dispatcher,
    token: new BearerToken(account.tokenFile),
  });
  const [node, id] = [{ namespace, name }, randomUUID()];
  if (method === 'postTask') return await sidecar.postTask(node, { id, type: 'mark-ready' });
  return await sidecar[method](node, id, AbortSignal.timeout(10_000));
}

export const workerProbes: Probes = {
  'sei-node-tasks-worker: get seinodetasks.sei.io': {
    what: 'no status is read before it is written',
    attempt: mirrors,
  },
  'sei-node-tasks-worker: patch seinodetasks/status.sei.io': { what: 'no status is written', attempt: mirrors },
  'sei-node-tasks-worker: get seinodes.sei.io': {
    what: 'the phase of no target is known',
    attempt: async ({ environment, account, name }) => {
      await environment.addNode(name);
      const seiNodes = new ResourceClient(account.transport, SEI_NODE);
      return await readSeiNode(seiNodes, { namespace: environment.namespace, name }, AbortSignal.timeout(10_000));
    },
  },
  'sei-node-tasks-worker: list seinodes.sei.io': {
    what: 'no guard knows the nodes of a chain',
    attempt: async ({ environment, account, name }) => {
      const target = { namespace: environment.namespace, name };
      const seiNodes = new ResourceClient(account.transport, SEI_NODE);
      return await listChainNodes(seiNodes, { chainId: 'any', target, signal: AbortSignal.timeout(10_000) });
    },
  },
  'sei-node-tasks-worker: create events.events.k8s.io': {
    what: 'no verdict is told as an Event',
    attempt: async ({ environment, account, name }) => {
      const { metadata } = await environment.restart(name, 'absent');
      await new EventRecorder(account.transport, 'test').record(problemEvent(metadata, 'TEST', 'It is a test.'));
    },
  },
  'sei-node-tasks-worker: get namespaces named kube-system': {
    what: "a permit's id cannot be made, so nothing that changes a node is begun",
    attempt: ({ account }) => readClusterId(account.transport),
  },
  'sei-node-tasks-sidecar: get seinodetasks.sei.io': {
    what: 'no sidecar is asked for a task',
    attempt: (attempt) => asksSidecar(attempt, 'getTask'),
  },
  'sei-node-tasks-sidecar: create seinodetasks.sei.io': {
    what: 'no sidecar is given a task',
    attempt: (attempt) => asksSidecar(attempt, 'postTask'),
  },
  'sei-node-tasks-sidecar: delete seinodetasks.sei.io': {
    what: 'no sidecar is made to stop waiting',
    attempt: (attempt) => asksSidecar(attempt, 'deleteTask'),
  },
  'sei-node-tasks-update-node-image: patch seinodes.sei.io': {
    what: 'no image is set',
    besides: ['sei-node-tasks-worker'],
    attempt: async ({ environment, account, name }) => {
      const { namespace } = environment;
      await environment.addNode(name, { spec: { image: 'sei:v8' } });
      const { metadata } = (await environment.seiNodes.get(namespace, name)) ?? { metadata: { uid: '' } };
      const node = { namespace, name, uid: metadata.uid };
      const task = { cluster: 'any', kind: 'UpdateNodeImage', node, taskId: randomUUID(), provenance: {} };
      // No sidecar has a part in it.
      const places = { sidecar: undefined as never, seiNodes: new ResourceClient(account.transport, SEI_NODE) };
      const set = await taskWork(places, task, { image: 'sei:v9' }).send();
      if (set !== 'accepted') throw new Error(set.refused);
    },
  },
};
