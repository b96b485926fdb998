import { payloadFieldOf, type TaskKind } from '../../api/task-kinds.ts';
import { kubectl } from '../../dev/kubectl.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { Plugin } from '../cli/plugin.ts';
import type { Attempt, Probe, Probes } from './probe.ts';

/** kubectl as the account. @throws Error with what it says when it fails. */
async function runs({ environment, account }: Attempt, words: readonly string[], input = ''): Promise<void> {
  const { code, stderr } = await kubectl(account.kubeconfig, ['--namespace', environment.namespace, ...words], {
    input,
  });
  if (code !== 0) throw new Error(stderr);
}

/** Watches a task to its end with `kubectl snt`. */
async function watches({ environment, account, name }: Attempt): Promise<void> {
  const { namespace, tasks } = environment;
  await environment.restart(name, 'absent');
  const shell = { PATH: process.env['PATH'], HOME: process.env['HOME'], KUBECONFIG: account.kubeconfig };
  const plugin = new Plugin(['status', name, '--watch', '-n', namespace], shell);
  await plugin.prints(/\S/);
  await tasks.patchStatus({ namespace, name }, { status: { phase: 'Complete' } });
  const { code, stderr } = await plugin.ended();
  if (code !== 0) throw new Error(stderr);
}

const reading: Readonly<Record<string, Probe>> = {
  get: {
    what: 'no task can be looked at',
    attempt: async (attempt) => {
      await attempt.environment.restart(attempt.name, 'absent');
      await runs(attempt, ['get', 'snt', attempt.name]);
    },
  },
  list: { what: 'tasks cannot be listed', attempt: (attempt) => runs(attempt, ['get', 'snt']) },
  watch: { what: 'no task can be watched', attempt: watches },
};

/** Creates a task of a kind with kubectl. */
function creating(kind: TaskKind): Probe['attempt'] {
  return async (attempt) => {
    const { name } = attempt;
    const spec = { kind, target: { nodeRef: { name: 'absent' } }, [payloadFieldOf(kind)]: minimalPayloads[kind] };
    const task = { apiVersion: 'sei.io/v1alpha1', kind: 'SeiNodeTask', metadata: { name }, spec };
    await runs(attempt, ['create', '-f', '-'], JSON.stringify(task));
  };
}

const operating: Readonly<Record<string, Probe>> = {
  ...reading,
  create: {
    what: 'no task can be created',
    attempt: creating('RestartSeid'),
  },
  patch: {
    what: 'no task can be cancelled',
    attempt: async (attempt) => {
      await attempt.environment.restart(attempt.name, 'absent');
      await runs(attempt, ['annotate', 'snt', attempt.name, 'sei.io/cancel=wrong node']);
    },
  },
  delete: {
    what: 'no task can be deleted',
    attempt: async (attempt) => {
      await attempt.environment.restart(attempt.name, 'absent');
      await runs(attempt, ['delete', 'snt', attempt.name, '--wait=false']);
    },
  },
};

const governing: Readonly<Record<string, Probe>> = {
  vote: { what: 'nobody can vote', besides: ['sei-node-tasks-operator'], attempt: creating('GovVote') },
  propose: {
    what: 'nobody can propose an upgrade',
    besides: ['sei-node-tasks-operator'],
    attempt: creating('GovSoftwareUpgrade'),
  },
};

function probesOf(role: string, resource: string, byVerb: Readonly<Record<string, Probe>>): Probes {
  return Object.fromEntries(
    Object.entries(byVerb).map(([verb, probe]) => [`${role}: ${verb} ${resource}.sei.io`, probe]),
  );
}

export const peopleProbes: Probes = {
  ...probesOf('sei-node-tasks-viewer', 'seinodetasks', reading),
  ...probesOf('sei-node-tasks-operator', 'seinodetasks', operating),
  ...probesOf('sei-node-tasks-governance', 'seinodes', governing),
};
