import { NativeConnection } from '@temporalio/worker';
import { Client } from '@temporalio/client';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { Bridge } from '../../crd-bridge/bridge.ts';
import { RunbookWorkflows } from '../../crd-bridge/runbook-workflows.ts';
import { TaskWorkflows } from '../../crd-bridge/task-workflows.ts';
import { EventRecorder } from '../../kubernetes/event-recorder.ts';
import { LeaseElector } from '../../kubernetes/lease-elector.ts';
import { readClusterId } from '../../kubernetes/read-cluster-id.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { LEASE } from '../support/test-environment.ts';
import type { Attempt, Probes } from './probe.ts';
import { Refusals } from './refusals.ts';

const CLUSTER_ID = 'not asked for';

type Until = Refusals['unlessRefused'];

/** Lets a bridge run, as the account, while the work is done. */
export async function bridging(
  attempt: Attempt,
  work: (until: Until, bridge: Bridge) => Promise<unknown>,
): Promise<void> {
  const { environment, account, name } = attempt;
  const { address, namespace } = environment.servers.temporal;
  const connection = await NativeConnection.connect({ address });
  const refusals = new Refusals();
  const stop = new AbortController();
  const temporal = {
    client: new Client({ connection, namespace }),
    taskQueue: name,
    clusterId: CLUSTER_ID,
    temporalUiUrl: undefined,
    searchAttributes: { areKnown: false },
    startsEagerly: true,
  };
  const bridge = new Bridge({
    transport: account.transport,
    events: new EventRecorder(account.transport, 'test'),
    workflows: new TaskWorkflows(temporal),
    runbookWorkflows: new RunbookWorkflows(temporal),
    namespaces: [environment.namespace],
    taskSelector: `probe=${name}`,
    maxOrphansPercent: 20,
    isLeading: () => true,
    log: refusals.log,
  });
  const running = bridge.run(stop.signal);
  try {
    await work((what, look) => refusals.unlessRefused(what, look), bridge);
  } finally {
    stop.abort();
    await running;
    await connection.close();
  }
}

/** Lets a candidate for a lease that is as `prepare` leaves it run until it leads. */
async function electing({ environment, account, name }: Attempt, spec?: object): Promise<void> {
  const { namespace, leases } = environment;
  await leases.delete(namespace, LEASE);
  if (spec !== undefined) await leases.create(namespace, { metadata: { name: LEASE }, spec });
  const refusals = new Refusals();
  const stop = new AbortController();
  const elector = new LeaseElector({
    transport: account.transport,
    namespace,
    name: LEASE,
    identity: name,
    settings: '',
    log: refusals.log,
  });
  const term = Promise.withResolvers<void>();
  const running = elector.run(stop.signal, () => term.promise);
  try {
    await refusals.unlessRefused('it leads', () => elector.isLeading);
  } finally {
    stop.abort();
    term.resolve();
    await running;
  }
}

async function createTask({ environment, name }: Attempt, spec: object): Promise<SeiNodeTask> {
  const target = { nodeRef: { name: 'absent' } };
  return await environment.tasks.create(environment.namespace, {
    apiVersion: 'sei.io/v1alpha1',
    kind: 'SeiNodeTask',
    metadata: { name, labels: { probe: name } },
    spec: { target, ...spec },
  });
}

const RESTART = { kind: 'RestartSeid', restartSeid: {} };

function isStarted({ environment }: Attempt, task: SeiNodeTask): () => Promise<unknown> {
  return async () => await environment.workflowOf(task).describe();
}

async function starts(attempt: Attempt, spec: object): Promise<void> {
  const task = await createTask(attempt, spec);
  await bridging(attempt, (until) => until('the workflow is started', isStarted(attempt, task)));
}

export const bridgeProbes: Probes = {
  'sei-node-tasks-bridge: list seinodetasks.sei.io': {
    what: 'the bridge does not know which tasks there are',
    attempt: (attempt) =>
      bridging(attempt, (until, bridge) => until('it has a copy of the cluster', () => bridge.problem === undefined)),
  },
  'sei-node-tasks-bridge: watch seinodetasks.sei.io': {
    what: 'the bridge does not notice new tasks',
    attempt: (attempt) =>
      bridging(attempt, async (until, bridge) => {
        await until('it has a copy of the cluster', () => bridge.problem === undefined);
        await until('the workflow is started', isStarted(attempt, await createTask(attempt, RESTART)));
      }),
  },
  'sei-node-tasks-bridge: get seinodetasks.sei.io': {
    what: 'parameter changes, whose values are read as text, are not started',
    attempt: (attempt) => starts(attempt, { kind: 'GovParamChange', govParamChange: minimalPayloads.GovParamChange }),
  },
  'sei-node-tasks-bridge: delete seinodetasks.sei.io': {
    what: 'finished tasks stay when their time is up',
    attempt: async (attempt) => {
      const { tasks, namespace } = attempt.environment;
      await createTask(attempt, { ...RESTART, ttlSecondsAfterFinished: 0 });
      const now = timestamp(Date.now());
      await tasks.patchStatus(
        { namespace, name: attempt.name },
        { status: { phase: 'Complete', completedAt: now, phaseTransitionTime: now } },
      );
      await bridging(attempt, (until) =>
        until('it is deleted', async () => (await tasks.get(namespace, attempt.name)) === undefined),
      );
    },
  },
  'sei-node-tasks-bridge: patch seinodetasks/status.sei.io': {
    what: 'a task that no worker takes is not stamped Pending',
    attempt: async (attempt) => {
      const { tasks, namespace } = attempt.environment;
      await createTask(attempt, RESTART);
      await bridging(attempt, (until) =>
        until('it is Pending', async () => (await tasks.get(namespace, attempt.name))?.status?.phase === 'Pending'),
      );
    },
  },
  'sei-node-tasks-bridge: create events.events.k8s.io': {
    what: 'no Event says that a cancellation was too late',
    attempt: async (attempt) => {
      const { environment, name } = attempt;
      const { tasks, namespace } = environment;
      await createTask(attempt, RESTART);
      await tasks.patch({ namespace, name }, { metadata: { annotations: { 'sei.io/cancel': '' } } });
      await tasks.patchStatus({ namespace, name }, { status: { phase: 'Complete' } });
      await bridging(attempt, (until) =>
        until('kubectl shows the Event', async () =>
          /CancelIgnored/.test((await environment.kubectl(['events', '--for', `seinodetask/${name}`])).stdout),
        ),
      );
    },
  },
  'sei-node-tasks-bridge: get namespaces named kube-system': {
    what: 'the bridge cannot tell its workflows from those of other clusters, and never starts',
    attempt: ({ account }) => readClusterId(account.transport),
  },
  'sei-node-tasks-lease: get leases.coordination.k8s.io named sei-node-tasks': {
    what: 'nobody knows who leads',
    attempt: (attempt) => electing(attempt),
  },
  'sei-node-tasks-lease: create leases.coordination.k8s.io': {
    what: 'nobody leads in a new cluster',
    attempt: (attempt) => electing(attempt),
  },
  'sei-node-tasks-lease: patch leases.coordination.k8s.io named sei-node-tasks': {
    what: 'nobody takes over from another',
    attempt: (attempt) => electing(attempt, {}),
  },
};
