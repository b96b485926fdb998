import { SEI_NODE_RUNBOOK } from '../../api/resources.ts';
import type { SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { runbookWorkflowIdOf } from '../../api/temporal/runbook-input.ts';
import { openWatch } from '../../kubernetes/open-watch.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { updateStatus } from '../../kubernetes/update-status.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { runbookSpec } from '../runbook/runbook-manifests.ts';
import { wasAskedToCancel } from '../support/was-asked-to-cancel.ts';
import { bridging } from './bridge-probes.ts';
import type { Attempt, Probe, Probes } from './probe.ts';

const manifest = ({ name }: Attempt, end = ''): object => ({
  apiVersion: 'sei.io/v1alpha1',
  kind: 'SeiNodeRunbook',
  metadata: { name: `${name}${end}`, labels: { probe: name } },
  spec: runbookSpec({ ttlSecondsAfterFinished: 0 }),
});

const asAdmin = ({ environment }: Attempt) => new ResourceClient<SeiNodeRunbook>(environment.admin, SEI_NODE_RUNBOOK);
const asAccount = ({ account }: Attempt) => new ResourceClient<SeiNodeRunbook>(account.transport, SEI_NODE_RUNBOOK);
const existing = (attempt: Attempt, end?: string): Promise<SeiNodeRunbook> =>
  asAdmin(attempt).create(attempt.environment.namespace, manifest(attempt, end));
const workflowOf = ({ environment }: Attempt, { metadata }: SeiNodeRunbook) =>
  environment.temporal.workflow.getHandle(runbookWorkflowIdOf(metadata));

/** What a person does with runbooks, as the account. */
const people: Readonly<Record<string, Probe>> = {
  get: {
    what: 'no runbook can be read',
    attempt: async (attempt) => {
      await existing(attempt);
      await asAccount(attempt).get(attempt.environment.namespace, attempt.name);
    },
  },
  list: {
    what: 'runbooks cannot be listed',
    attempt: (attempt) => asAccount(attempt).listPage({ namespace: attempt.environment.namespace }),
  },
  watch: {
    what: 'no runbook can be watched',
    attempt: async (attempt) => {
      const { namespace } = attempt.environment;
      const { metadata } = await asAdmin(attempt).listPage({ namespace });
      const stop = new AbortController();
      await openWatch(attempt.account.transport, {
        resource: SEI_NODE_RUNBOOK,
        namespace,
        resourceVersion: metadata.resourceVersion,
        timeoutSeconds: 10,
        signal: stop.signal,
      });
      stop.abort();
    },
  },
};

const operators: Readonly<Record<string, Probe>> = {
  ...people,
  create: {
    what: 'no runbook can be created',
    attempt: (attempt) => asAccount(attempt).create(attempt.environment.namespace, manifest(attempt)),
  },
  patch: {
    what: 'no runbook can be steered',
    attempt: async (attempt) => {
      await existing(attempt);
      await asAccount(attempt).patch(
        { namespace: attempt.environment.namespace, name: attempt.name },
        { spec: { control: { id: '1', verb: 'pause' } } },
      );
    },
  },
  delete: {
    what: 'no runbook can be stopped',
    attempt: async (attempt) => {
      await existing(attempt);
      await asAccount(attempt).delete(attempt.environment.namespace, attempt.name);
    },
  },
};

async function mirrors(attempt: Attempt): Promise<void> {
  const { metadata } = await existing(attempt);
  await updateStatus({
    client: asAccount(attempt),
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    compute: () => ({ phase: 'Planning' as const }),
  });
}

async function starts(attempt: Attempt): Promise<void> {
  const runbook = await existing(attempt);
  await bridging(attempt, (until) => until('its workflow is started', () => workflowOf(attempt, runbook).describe()));
}

const bridges: Readonly<Record<string, Probe>> = {
  list: { what: 'the bridge does not know which runbooks there are', attempt: starts },
  watch: {
    what: 'the bridge does not notice new runbooks',
    attempt: async (attempt) => {
      const first = await existing(attempt);
      await bridging(attempt, async (until) => {
        await until('the first is started', () => workflowOf(attempt, first).describe());
        const second = await existing(attempt, '-2');
        await until('the second is started', () => workflowOf(attempt, second).describe());
      });
    },
  },
  get: {
    what: 'the workflow of a runbook that was deleted is not cancelled',
    attempt: async (attempt) => {
      const runbook = await existing(attempt);
      const { namespace, name } = runbook.metadata;
      const workflow = workflowOf(attempt, runbook);
      await bridging(attempt, async (until) => {
        await until('its workflow is started', () => workflow.describe());
        await asAdmin(attempt).delete(namespace, name);
        await until('its workflow is asked to cancel', () => wasAskedToCancel(workflow));
      });
    },
  },
  delete: {
    what: 'finished runbooks stay when their time is up',
    attempt: async (attempt) => {
      const { namespace, name } = (await existing(attempt)).metadata;
      const runbooks = asAdmin(attempt);
      const status = { phase: 'Complete', completedAt: timestamp(Date.now()) };
      await runbooks.patchStatus({ namespace, name }, { status });
      await bridging(attempt, (until) =>
        until('it is deleted', async () => (await runbooks.get(namespace, name)) === undefined),
      );
    },
  },
};

const repairs: Probe = {
  what: 'the status of a runbook whose workflow was terminated stays as it was',
  attempt: async (attempt) => {
    const runbook = await existing(attempt);
    const workflow = workflowOf(attempt, runbook);
    const { namespace, name } = runbook.metadata;
    await bridging(attempt, async (until) => {
      await until('its workflow is started', () => workflow.describe());
      await workflow.terminate('test');
      await until('it is Failed or deleted', async () => {
        const now = await asAdmin(attempt).get(namespace, name);
        return now === undefined || now.status?.phase === 'Failed';
      });
    });
  },
};

const titled = (role: string, probes: Readonly<Record<string, Probe>>): Probes =>
  Object.fromEntries(Object.entries(probes).map(([verb, probe]) => [`${role}: ${verb} seinoderunbooks.sei.io`, probe]));

export const runbookProbes: Probes = {
  ...titled('sei-node-tasks-viewer', people),
  ...titled('sei-node-tasks-operator', operators),
  ...titled('sei-node-tasks-bridge', bridges),
  'sei-node-tasks-bridge: patch seinoderunbooks/status.sei.io': repairs,
  'sei-node-tasks-worker: get seinoderunbooks.sei.io': {
    what: 'no status of a runbook is read before it is written',
    attempt: mirrors,
  },
  'sei-node-tasks-worker: patch seinoderunbooks/status.sei.io': {
    what: 'no status of a runbook is written',
    attempt: mirrors,
  },
};
