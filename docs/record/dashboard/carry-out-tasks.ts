import { setTimeout as sleep } from 'node:timers/promises';
import { SEI_NODE_RUNBOOK } from '../../../api/resources.ts';
import { workflowIdOf } from '../../../api/temporal/workflow-id.ts';
import type { LocalServers } from '../../../dev/start-local-servers.ts';
import type { LocalStack, StackNodeOptions } from '../../../dev/start-local-stack.ts';
import { ResourceClient } from '../../../kubernetes/resource-client.ts';
import type { Pods } from './pods.ts';

/** What the work needs: a chain with its nodes, and the processes of the service. */
export interface Installation {
  readonly stack: LocalStack<LocalServers>;
  readonly pods: Pods;
}

/** One thing that an operator, a cluster or an accident does. */
interface Step {
  /** Seconds since the beginning. */
  readonly at: number;
  readonly what: string;
  readonly act: (installation: Installation) => Promise<unknown>;
}

export const CHAIN_ID = 'arctic-1';
/** Sidecars of a real node wait 90 s; the picture covers a few minutes. */
export const RESTART_GRACE_MS = 20_000;

const SLOW = { slowStopMs: 4_000, slowBootMs: 9_000 };
const PEERS = [{ static: { addresses: [`${'a'.repeat(40)}@192.0.2.1:26656`] } }];

export const NODES: Readonly<Record<string, StackNodeOptions>> = {
  'validator-0': { faults: SLOW },
  'validator-1': { faults: SLOW },
  'validator-2': { faults: { ...SLOW, slowBootMs: 15_000 } },
  'validator-3': { faults: SLOW, sidecarVersion: 'newer' },
  'syncer-0': { faults: SLOW, spec: { peers: PEERS } },
  'syncer-1': { faults: SLOW, phase: 'Initializing' },
  'stubborn-0': { faults: { ignoreSigterm: true } },
  'follower-0': { faults: SLOW, role: 'fullNode' },
  'follower-1': { faults: SLOW, role: 'fullNode' },
  'stubborn-1': { faults: { ignoreSigterm: true }, role: 'fullNode' },
};

const VOTE = { chainId: CHAIN_ID, proposalId: 7, option: 'yes', fees: '4000usei', gas: 200_000 };
/** More blocks than the picture covers. */
const FAR = 1_000_000;
/** How long the picture lasts, in seconds. */
const END = 260;

function target(name: string): object {
  return { target: { nodeRef: { name } } };
}

function awaitHeight(name: string, node: string, blocks: number): Step['act'] {
  return ({ stack }) =>
    stack.createTask(name, {
      kind: 'AwaitNodesAtHeight',
      ...target(node),
      awaitNodesAtHeight: { targetHeight: stack.fleet.height + blocks },
    });
}

function restart(...nodes: readonly string[]): Step['act'] {
  return ({ stack }) =>
    Promise.all(nodes.map((node, index) => stack.restart(`restart-${node}-${Date.now()}-${index}`, node)));
}

/** It needs an operator at its last node, which ignores SIGTERM. */
async function restartFollowers({ stack: { admin, namespace } }: Installation): Promise<unknown> {
  return await new ResourceClient(admin, SEI_NODE_RUNBOOK).create(namespace, {
    apiVersion: `${SEI_NODE_RUNBOOK.group}/${SEI_NODE_RUNBOOK.version}`,
    kind: SEI_NODE_RUNBOOK.kind,
    metadata: { name: 'followers' },
    spec: {
      kind: 'RollingRestart',
      chainId: CHAIN_ID,
      targets: { nodes: ['follower-0', 'follower-1', 'stubborn-1'] },
      strategy: { order: 'Listed' },
      gate: { blocks: 5 },
      rollingRestart: {},
    },
  });
}

const steps: readonly Step[] = [
  { at: 10, what: 'restart a validator', act: restart('validator-0') },
  { at: 14, what: 'wait for heights', act: awaitHeight('await-upgrade', 'validator-1', 300) },
  { at: 16, what: 'wait for a height that is far away', act: awaitHeight('await-far', 'validator-3', FAR) },
  { at: 20, what: 'restart full nodes with a runbook', act: restartFollowers },
  { at: 22, what: 'restart one node three times', act: restart('validator-2', 'validator-2', 'validator-2') },
  { at: 30, what: 'restart a node that ignores SIGTERM', act: restart('stubborn-0') },
  { at: 36, what: 'restart a node that is not Running', act: restart('syncer-1') },
  {
    at: 40,
    what: 'restart a validator with a guard: no node answers who the validators are',
    act: ({ stack }) =>
      stack.restart('guarded', 'validator-3', {
        target: { nodeRef: { name: 'validator-3' }, queueTimeout: '2m' },
        guard: { mode: 'Enforce' },
      }),
  },
  { at: 45, what: 'restart a node that does not exist', act: restart('validator-9') },
  {
    at: 50,
    what: 'discover peers',
    act: ({ stack }) => stack.createTask('peers', { kind: 'DiscoverPeers', ...target('syncer-0'), discoverPeers: {} }),
  },
  {
    at: 60,
    what: 'set an image',
    act: ({ stack }) =>
      stack.createTask('image', {
        kind: 'UpdateNodeImage',
        ...target('syncer-0'),
        updateNodeImage: { image: 'sei:v9' },
      }),
  },
  {
    at: 75,
    what: 'the image is rolled out, and the other syncer is Running',
    act: ({ stack: { seiNodes, namespace } }) =>
      Promise.all([
        seiNodes.patchStatus({ namespace, name: 'syncer-0' }, { status: { currentImage: 'sei:v9' } }),
        seiNodes.patchStatus({ namespace, name: 'syncer-1' }, { status: { phase: 'Running' } }),
      ]),
  },
  { at: 85, what: 'restart two nodes', act: restart('validator-0', 'validator-1') },
  { at: 90, what: 'the sidecars do not answer', act: ({ stack }) => stack.fleet.stopListening() },
  { at: 108, what: 'the sidecars answer again', act: ({ stack }) => stack.fleet.listen() },
  { at: 125, what: 'the first process is replaced: its pod stops', act: ({ pods }) => pods.stop('a') },
  { at: 128, what: 'another process starts', act: ({ pods }) => pods.start('c') },
  {
    at: 135,
    what: 'restart three nodes, one twice',
    act: restart('validator-0', 'validator-1', 'syncer-0', 'syncer-0'),
  },
  { at: 150, what: 'Temporal stops', act: ({ stack }) => stack.servers.temporal.server.stop() },
  { at: 158, what: 'restart a validator while Temporal is away', act: restart('validator-2') },
  { at: 165, what: 'Temporal starts again', act: ({ stack }) => stack.servers.temporal.server.start() },
  {
    at: 185,
    what: 'vote on a proposal',
    act: ({ stack }) => stack.createTask('vote', { kind: 'GovVote', ...target('validator-3'), govVote: VOTE }),
  },
  { at: 195, what: 'a workflow is terminated in Temporal', act: terminateFarWait },
  { at: 210, what: 'restart two nodes', act: restart('validator-3', 'syncer-1') },
  { at: 235, what: 'restart a validator', act: restart('validator-0') },
];

async function terminateFarWait({ stack: { tasks, temporal, namespace } }: Installation): Promise<void> {
  const task = await tasks.get(namespace, 'await-far');
  if (task === undefined) throw new Error('the task await-far is gone');
  await temporal.workflow.getHandle(workflowIdOf(task.metadata)).terminate('by hand');
}

/**
 * Carries out a mix of tasks, with failures, queues and outages: a bad night in minutes.
 *
 * @returns When it began and ended, in seconds since 1970.
 */
export async function carryOutTasks(
  installation: Installation,
  progress: (line: string) => void,
): Promise<{ readonly start: number; readonly end: number }> {
  const startMs = Date.now();
  for (const { at, what, act } of steps) {
    await sleep(startMs + at * 1_000 - Date.now());
    progress(`${at} s of ${END} s: ${what}`);
    await act(installation);
  }
  await sleep(startMs + END * 1_000 - Date.now());
  return { start: Math.floor(startMs / 1_000), end: Math.floor(startMs / 1_000) + END };
}
