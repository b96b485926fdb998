import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { SEI_NODE, SEI_NODE_TASK } from '../../api/resources.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { createAccount } from '../support/account.ts';
import { deployedRoles, rbacObjects, type DeployedRole } from '../support/deployed-roles.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workerProbes } from './worker-probes.ts';

interface Binding extends KubernetesObject {
  readonly roleRef: { readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

type AggregatedRole = KubernetesObject & {
  readonly aggregationRule: {
    readonly clusterRoleSelectors: readonly { readonly matchLabels: Readonly<Record<string, string>> }[];
  };
};

const BRIDGE = ['sei-node-tasks-bridge', 'sei-node-tasks-lease'];
const WORKER = ['sei-node-tasks-sidecar', 'sei-node-tasks-update-node-image', 'sei-node-tasks-worker'];

describe('the roles in deploy/rbac', () => {
  let environment: TestEnvironment;
  let roles: readonly DeployedRole[];

  before(async () => {
    environment = await TestEnvironment.create();
    roles = await deployedRoles();
  });

  after(() => environment.stop());

  const named = (...names: string[]): DeployedRole[] => roles.filter(({ metadata }) => names.includes(metadata.name));

  it('are bound to the account of each role of a process, and all of them to that of ROLE=all', async () => {
    const bindings = (await rbacObjects()).filter(({ kind = '' }) => kind.endsWith('Binding')) as Binding[];
    const bound: Record<string, string[]> = {};
    for (const { roleRef, subjects } of bindings) {
      for (const { kind, namespace, name } of subjects)
        (bound[`${kind} ${namespace}/${name}`] ??= []).push(roleRef.name);
    }
    for (const names of Object.values(bound)) names.sort();
    assert.deepEqual(bound, {
      'ServiceAccount sei-system/sei-node-tasks': [...BRIDGE, ...WORKER].toSorted(),
      'ServiceAccount sei-system/sei-node-tasks-bridge': BRIDGE,
      'ServiceAccount sei-system/sei-node-tasks-worker': WORKER,
    });
  });

  /** Names of those roles that the cluster's own role takes in, by their labels. */
  async function takenInto(into: string, candidates: readonly KubernetesObject[]): Promise<string[]> {
    const clusterRoles = new ResourceClient<AggregatedRole>(environment.admin, {
      group: 'rbac.authorization.k8s.io',
      version: 'v1',
      plural: 'clusterroles',
    });
    const { aggregationRule } = (await clusterRoles.get(undefined, into)) ?? assert.fail(`no ClusterRole ${into}`);
    return candidates
      .filter(({ metadata: { labels = {} } }) =>
        aggregationRule.clusterRoleSelectors.some(({ matchLabels }) =>
          Object.entries(matchLabels).every(([label, value]) => labels[label] === value),
        ),
      )
      .map(({ metadata }) => metadata.name);
  }

  for (const into of ['view', 'edit', 'admin']) {
    it(`for people: the cluster's own role ${into} can read tasks and do nothing else`, async () => {
      assert.deepEqual(await takenInto(into, roles), ['sei-node-tasks-viewer']);
    });
  }

  it('let edit and admin operate after the command in docs/security.md', async () => {
    const page = await readFile(new URL('../../docs/security.md', import.meta.url), 'utf8');
    const [, words = assert.fail('no command')] = /^\$ kubectl (label clusterrole .*)$/m.exec(page) ?? [];
    // The controller that adds labelled roles does not run here, and the role is shared by all tests.
    const command = [...words.split(' '), '--dry-run=server', '--output=json'];
    const { stdout, stderr } = await environment.kubectl(command);
    assert.equal(stderr, '');
    for (const into of ['edit', 'admin'])
      assert.deepEqual(await takenInto(into, [JSON.parse(stdout)]), ['sei-node-tasks-operator']);
    assert.deepEqual(await takenInto('view', [JSON.parse(stdout)]), []);
  });

  it('let no operator write a status or a SeiNode', async () => {
    const { transport } = await createAccount(environment, named('sei-node-tasks-operator', 'sei-node-tasks-viewer'));
    await environment.addNode('kept');
    await environment.restart('kept', 'kept');
    const kept = { namespace: environment.namespace, name: 'kept' };
    const [tasks, seiNodes] = [SEI_NODE_TASK, SEI_NODE].map((kind) => new ResourceClient(transport, kind));
    await assert.rejects(
      async () => await tasks?.patchStatus(kept, { status: { phase: 'Complete' } }),
      /cannot patch resource \W+seinodetasks\/status/,
    );
    await assert.rejects(
      async () => await seiNodes?.patch(kept, { spec: { image: 'sei:v9' } }),
      /cannot patch resource \W+seinodes\W/,
    );
  });

  it('can be limited to named nodes, and then allow a worker to ask their sidecars and create no SeiNodeTask', async () => {
    const [sidecar = assert.fail()] = named('sei-node-tasks-sidecar');
    const verbs = ['create', 'get', 'delete'];
    const rules = sidecar.rules.map((rule) => ({ ...rule, resourceNames: verbs.map((verb) => `ours-${verb}`) }));
    const account = await createAccount(environment, [{ ...sidecar, rules }]);
    for (const verb of verbs) {
      const { attempt } = workerProbes[`sei-node-tasks-sidecar: ${verb} seinodetasks.sei.io`] ?? assert.fail(verb);
      await attempt({ environment, account, name: `ours-${verb}` });
      await assert.rejects(
        async () => await attempt({ environment, account, name: `others-${verb}` }),
        /needs the verb/,
      );
    }
    const tasks = new ResourceClient(account.transport, SEI_NODE_TASK);
    const task = {
      metadata: { name: 'ours-create' },
      spec: { kind: 'RestartSeid', target: { nodeRef: { name: 'ours-create' } }, restartSeid: {} },
    };
    await assert.rejects(tasks.create(environment.namespace, task), { code: 'KUBERNETES_FORBIDDEN' });
  });
});
