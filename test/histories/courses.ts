import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { SEI_NODE_RUNBOOK } from '../../api/resources.ts';
import type { SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { runbookWorkflowIdOf } from '../../api/temporal/runbook-input.ts';
import type { RunbookPlan } from '../../core/runbook/plan-runbook.ts';
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { runbookSpec } from '../runbook/runbook-manifests.ts';
import { eventually } from '../support/eventually.ts';
import { conditionOf, type TestEnvironment } from '../support/test-environment.ts';

/**
 * Brings one workflow about. It works on a node of its own, which is named after it.
 *
 * @returns The workflow, which ends without further help.
 */
type Course = (environment: TestEnvironment, name: string) => Promise<WorkflowHandle>;

/** Far beyond what a simulated node reaches. */
const UNREACHABLE_HEIGHT = 1_000_000_000;

const transaction = { chainId: 'test-1', fees: '2000usei', gas: 200_000 };
const proposal = { ...transaction, title: 'A title', description: 'A description', initialDeposit: '1usei' };

/** Every workflow type in its typical courses, by the name of the history's file. */
export const courses: Readonly<Record<string, Course>> = {
  'restart-seid-queued': async (environment, name) => {
    const node = await environment.addNode(name, { faults: { neverBoot: true } });
    await environment.restart(`${name}-holder`, name);
    await dispatched(environment, name);
    const task = await environment.restart(name, name);
    await environment.queued(name);
    node.setFaults({});
    return environment.workflowOf(task);
  },

  'restart-seid-queue-timed-out': async (environment, name) => {
    await environment.addNode(name, { faults: { neverBoot: true } });
    await environment.restart(`${name}-holder`, name);
    await dispatched(environment, name);
    return environment.workflowOf(
      await environment.restart(name, name, { target: { nodeRef: { name }, queueTimeout: '500ms' } }),
    );
  },

  'restart-seid-complete': async (environment, name) => {
    await environment.addNode(name);
    return environment.workflowOf(await environment.restart(name, name));
  },

  // The nodes of this chain report no validators: the guard finds that too little is known.
  'restart-seid-guarded': async (environment, name) => {
    await environment.addNode(name);
    const task = await environment.restart(name, name, {
      guard: { mode: 'Enforce' },
      target: { nodeRef: { name }, queueTimeout: '500ms' },
    });
    return environment.workflowOf(task);
  },

  'restart-seid-guard-overridden': async (environment, name) => {
    await environment.addNode(name);
    const override = { checks: ['ChainDataUnavailable', 'ConsensusUnsupported'], reason: 'a test' };
    return environment.workflowOf(await environment.restart(name, name, { guard: { mode: 'Enforce' }, override }));
  },

  'restart-seid-failed-loudly': async (environment, name) => {
    await environment.addNode(name, { faults: { ignoreSigterm: true } });
    return environment.workflowOf(await environment.restart(name, name));
  },

  'restart-seid-refused': async (environment, name) => {
    await environment.addNode(name, {
      faults: { answerStatus: { method: 'POST', status: 400, error: 'unknown task type: restart-seid' } },
    });
    return environment.workflowOf(await environment.restart(name, name));
  },

  'restart-seid-after-a-phase-wait': async (environment, name) => {
    await environment.addNode(name, { phase: 'Initializing' });
    const task = await environment.restart(name, name);
    await environment.taskWhere(
      name,
      'waits',
      (waiting) => conditionOf(waiting, 'TargetReady')?.reason === 'PhaseNotMet',
    );
    await environment.setPhase(name, 'Running');
    return environment.workflowOf(task);
  },

  'restart-seid-phase-not-met-in-time': async (environment, name) => {
    await environment.addNode(name, { phase: 'Failed' });
    const target = { nodeRef: { name }, requirePhaseTimeout: '500ms' };
    return environment.workflowOf(await environment.restart(name, name, { target }));
  },

  'restart-seid-target-missing': async (environment, name) =>
    environment.workflowOf(await environment.restart(name, name)),

  'restart-seid-cancelled-after-dispatch': async (environment, name) => {
    await environment.addNode(name, { faults: { slowBootMs: 2_000 } });
    const task = await environment.restart(name, name);
    await dispatched(environment, name);
    await environment.tasks.delete(environment.namespace, name);
    return environment.workflowOf(task);
  },

  'restart-seid-timed-out': async (environment, name) => {
    await environment.addNode(name, { faults: { neverBoot: true } });
    return environment.workflowOf(await environment.restart(name, name, { timeoutSeconds: 2 }));
  },

  'restart-seid-without-a-resource': async (environment, name) => {
    await environment.addNode(name);
    return await start(environment, 'RestartSeid', { node: { namespace: environment.namespace, name }, payload: {} });
  },

  'await-nodes-at-height-complete': async (environment, name) => {
    await environment.addNode(name);
    return environment.workflowOf(
      await awaitHeight(environment, name, { targetHeight: await heightSoon(environment, name) }),
    );
  },

  'await-nodes-at-height-cancelled': async (environment, name) => {
    await environment.addNode(name);
    const task = await awaitHeight(environment, name, { targetHeight: UNREACHABLE_HEIGHT });
    await dispatched(environment, name);
    await environment.tasks.delete(environment.namespace, name);
    return environment.workflowOf(task);
  },

  'await-nodes-at-height-timed-out': async (environment, name) => {
    await environment.addNode(name);
    return environment.workflowOf(
      await awaitHeight(environment, name, { targetHeight: UNREACHABLE_HEIGHT }, { timeoutSeconds: 1 }),
    );
  },

  'await-nodes-at-height-denied': async (environment, name) => {
    const node = await environment.addNode(name, { sidecarVersion: 'newer' });
    const task = await awaitHeight(environment, name, { targetHeight: UNREACHABLE_HEIGHT }, { timeoutSeconds: 6 });
    await environment.taskWhere(name, 'is watched', ({ status }) => status?.step === 'AwaitingHeight');
    node.setFaults({ taskNotFound: {} });
    return environment.workflowOf(task);
  },

  'await-condition-with-action': async (environment, name) => {
    await environment.addNode(name);
    const awaitCondition = { height: { targetHeight: await heightSoon(environment, name) }, action: 'SIGTERM_SEID' };
    const task = await environment.createTask(name, {
      kind: 'AwaitCondition',
      target: { nodeRef: { name } },
      awaitCondition,
    });
    return environment.workflowOf(task);
  },

  'restart-seid-adopted': async (environment, name) => {
    await environment.addNode(name, { phase: 'Pending' });
    const begun = { taskId: randomUUID(), accepted: false, executionStartedAt: new Date().toISOString() };
    return await start(
      environment,
      'RestartSeid',
      { node: { namespace: environment.namespace, name }, payload: {}, begun },
      name,
    );
  },

  'restart-seid-cancelled-by-update': async (environment, name) => {
    await environment.addNode(name, { faults: { slowBootMs: 2_000 } });
    const task = await environment.restart(name, name);
    await dispatched(environment, name);
    await environment.workflowOf(task).executeUpdate('cancel', { args: [{ why: 'wrong node' }] });
    return environment.workflowOf(task);
  },

  'mark-ready-complete': async (environment, name) => {
    await environment.addNode(name, { ready: false });
    return environment.workflowOf(await create(environment, name, { kind: 'MarkReady', markReady: {} }));
  },

  'discover-peers-complete': async (environment, name) => {
    await environment.addNode(name);
    const object = { spec: { peers: [{ static: { addresses: ['a@203.0.113.1:26656'] } }] } };
    await environment.kubectl(['patch', 'seinode', name, '--type=merge', '-p', JSON.stringify(object)]);
    return environment.workflowOf(await create(environment, name, { kind: 'DiscoverPeers', discoverPeers: {} }));
  },

  'gov-vote-confirmed': async (environment, name) => {
    await environment.addNode(name, { sidecarVersion: 'newer' });
    const govVote = { ...transaction, proposalId: 7, option: 'yes' };
    return environment.workflowOf(await create(environment, name, { kind: 'GovVote', govVote }));
  },

  'gov-software-upgrade-failed-on-chain': async (environment, name) => {
    await environment.addNode(name, { sidecarVersion: 'newer', transactions: { outcome: 'committed_failed' } });
    const govSoftwareUpgrade = { ...proposal, upgradeName: 'v6', upgradeHeight: 1_000_000 };
    return environment.workflowOf(await create(environment, name, { kind: 'GovSoftwareUpgrade', govSoftwareUpgrade }));
  },

  'gov-param-change-pending-then-confirmed': async (environment, name) => {
    await environment.addNode(name, { sidecarVersion: 'newer', transactions: { pendingRuns: 1 } });
    const govParamChange = {
      ...proposal,
      changes: [{ subspace: 'staking', key: 'MaxValidators', value: { count: 1.5 } }],
    };
    return environment.workflowOf(await create(environment, name, { kind: 'GovParamChange', govParamChange }));
  },

  'gov-param-change-unfit': async (environment, name) => {
    await environment.addNode(name, { sidecarVersion: 'newer' });
    const value = JSON.parse('['.repeat(600) + ']'.repeat(600)) as unknown;
    const govParamChange = { ...proposal, changes: [{ subspace: 'staking', key: 'MaxValidators', value }] };
    return environment.workflowOf(await create(environment, name, { kind: 'GovParamChange', govParamChange }));
  },

  'gov-vote-inclusion-undetermined': async (environment, name) => {
    await environment.addNode(name, { sidecarVersion: 'newer', transactions: { outcome: 'pending' } });
    const govVote = { ...transaction, proposalId: 7, option: 'no' };
    return environment.workflowOf(await create(environment, name, { kind: 'GovVote', govVote, timeoutSeconds: 2 }));
  },

  'update-node-image-complete': async (environment, name) => {
    await environment.addNode(name);
    const task = await create(environment, name, { kind: 'UpdateNodeImage', updateNodeImage: { image: 'seid:v6' } });
    await environment.taskWhere(name, 'is at work', ({ status }) => status?.step === 'RollingOut');
    await environment.seiNodes.patchStatus(
      { namespace: environment.namespace, name },
      { status: { currentImage: 'seid:v6' } },
    );
    return environment.workflowOf(task);
  },

  'update-node-image-cancelled': async (environment, name) => {
    await environment.addNode(name);
    const task = await create(environment, name, { kind: 'UpdateNodeImage', updateNodeImage: { image: 'seid:v6' } });
    await environment.taskWhere(name, 'is at work', ({ status }) => status?.step === 'RollingOut');
    await environment.tasks.delete(environment.namespace, name);
    return environment.workflowOf(task);
  },

  'restart-then-await-height': async (environment, name) => {
    await environment.addNode(name);
    const node = { namespace: environment.namespace, name };
    const targetHeight = await heightSoon(environment, name);
    return await start(environment, 'RestartThenAwaitHeight', { node, targetHeight, heightTimeoutSeconds: 60 });
  },

  'rolling-restart-complete': async (environment, name) =>
    environment.temporal.workflow.getHandle(await rollingRestart(environment, name)),

  'restart-gated-node-complete': async (environment, name) => {
    const workflow = environment.temporal.workflow.getHandle(`${await rollingRestart(environment, name)}/${name}/1`);
    await eventually(`${name} is being restarted`, async () => (await workflow.describe()).status.name !== undefined);
    return workflow;
  },

  // Its runbook waits in its place when another task has the node for longer than 15 s.
  'restart-gated-node-held': async (environment, name) => {
    await environment.addNode(name, { faults: { neverBoot: true } });
    await environment.restart(`${name}-holder`, name);
    await dispatched(environment, name);
    const plan: RunbookPlan = {
      cluster: await readClusterId(environment.admin),
      namespace: environment.namespace,
      chainId: 'test-1',
      rules: { maxUnavailable: 1, soakMs: 0, onFailure: 'Pause', maxFailures: 0 },
      gate: { blocks: 3, timeoutMs: 60_000, maxLag: 5, signing: false },
      guard: { minSources: 2 },
      dryRun: false,
    };
    return await start(environment, 'RestartGatedNode', { plan, node: { name, isValidator: false }, try: 1 }, name);
  },
};

/** Begins a runbook over one full node, next to two others. @returns Id of its workflow. */
async function rollingRestart(environment: TestEnvironment, name: string): Promise<string> {
  const { namespace, admin } = environment;
  for (const node of [name, `${name}-a`, `${name}-b`]) await environment.addNode(node, { role: 'fullNode' });
  const runbooks = new ResourceClient<SeiNodeRunbook>(admin, SEI_NODE_RUNBOOK);
  const { metadata } = await runbooks.create(namespace, {
    apiVersion: 'sei.io/v1alpha1',
    kind: 'SeiNodeRunbook',
    metadata: { name },
    spec: runbookSpec({ targets: { nodes: [name] }, gate: { blocks: 3 } }),
  });
  return runbookWorkflowIdOf(metadata);
}

async function awaitHeight(environment: TestEnvironment, name: string, payload: object, spec: object = {}) {
  const target = { nodeRef: { name } };
  return await environment.createTask(name, {
    kind: 'AwaitNodesAtHeight',
    target,
    awaitNodesAtHeight: payload,
    ...spec,
  });
}

async function start(environment: TestEnvironment, type: string, input: unknown, name = type): Promise<WorkflowHandle> {
  const { namespace: taskQueue, temporal } = environment;
  return await temporal.workflow.start(type, { taskQueue, workflowId: `${name}/${taskQueue}`, args: [input] });
}

async function create(environment: TestEnvironment, name: string, spec: Record<string, unknown>) {
  return await environment.createTask(name, { target: { nodeRef: { name } }, ...spec });
}

/** A height that the node is a few blocks away from. */
async function heightSoon(environment: TestEnvironment, name: string): Promise<number> {
  const height = await environment.fleet.node(environment.namespace, name).latestHeight();
  return (height ?? 0) + 3;
}

/** The status says Running, and the sidecar has taken the task. */
async function dispatched(environment: TestEnvironment, name: string): Promise<void> {
  const node = environment.fleet.node(environment.namespace, name);
  await eventually(`${name} is sent`, () =>
    node.requests.some(({ method, status }) => method === 'POST' && status === 201),
  );
}
