import assert from 'node:assert/strict';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { payloadFieldOf, taskKindNames, type TaskKind } from '../../api/task-kinds.ts';
import { applyObject } from '../../dev/apply-manifests.ts';
import { readManifest } from '../../dev/read-manifest.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { createAccount } from '../support/account.ts';
import { deployedRoles, type DeployedRole } from '../support/deployed-roles.ts';
import { eventually } from '../support/eventually.ts';
import { onlyIn } from '../support/only-in.ts';
import { TestEnvironment } from '../support/test-environment.ts';

/** What is needed in addition to the operator's role: a verb on the SeiNode, or nothing. */
const needed: Readonly<Record<TaskKind, string | undefined>> = {
  GovSoftwareUpgrade: 'propose',
  GovVote: 'vote',
  GovParamChange: 'propose',
  AwaitCondition: undefined,
  UpdateNodeImage: 'patch',
  AwaitNodesAtHeight: undefined,
  DiscoverPeers: undefined,
  RestartSeid: undefined,
  MarkReady: undefined,
};

const DRY_RUN = { dryRun: true };

function onNodes(verb: string, ...resourceNames: string[]): DeployedRole {
  const rule = {
    apiGroups: ['sei.io'],
    resources: ['seinodes'],
    verbs: [verb],
    ...(resourceNames[0] && { resourceNames }),
  };
  return { kind: 'ClusterRole', metadata: { name: verb, uid: '', resourceVersion: '' }, rules: [rule] };
}

function taskOf(kind: TaskKind, node = 'validator-0'): object {
  const { group, version, kind: resource } = SEI_NODE_TASK;
  return {
    apiVersion: `${group}/${version}`,
    kind: resource,
    metadata: { name: 'attempt' },
    spec: { kind, target: { nodeRef: { name: node } }, [payloadFieldOf(kind)]: minimalPayloads[kind] },
  };
}

describe('who may create a SeiNodeTask', () => {
  let environment: TestEnvironment;
  let roles: readonly DeployedRole[];
  /** By the verb on SeiNodes that they have in addition to the operator's role. */
  const clients = new Map<string | undefined, ResourceClient<SeiNodeTask>>();

  before(async () => {
    environment = await TestEnvironment.create();
    roles = await deployedRoles();
    clients.set(undefined, await operatorWith());
    for (const verb of ['patch', 'vote', 'propose']) clients.set(verb, await operatorWith(onNodes(verb)));
    await eventually('the policy is in force', () => isRefused(clientWith(undefined), taskOf('GovVote')));
  });

  after(() => environment.stop());

  async function operatorWith(...more: readonly DeployedRole[]): Promise<ResourceClient<SeiNodeTask>> {
    const operator = roles.filter(({ metadata }) => metadata.name === 'sei-node-tasks-operator');
    const { transport } = await createAccount(environment, [...operator, ...more]);
    return new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK);
  }

  function clientWith(verb: string | undefined): ResourceClient<SeiNodeTask> {
    return clients.get(verb) ?? assert.fail(verb);
  }

  async function isRefused(client: ResourceClient<SeiNodeTask>, task: object): Promise<boolean> {
    try {
      await client.create(environment.namespace, task, DRY_RUN);
      return false;
    } catch (error) {
      return hasHttpStatus(error, 403);
    }
  }

  for (const kind of taskKindNames) {
    const verb = needed[kind];
    const others = ['patch', 'vote', 'propose'].filter((other) => other !== verb);

    it(`${kind}: an operator ${verb === undefined ? 'without other rights' : `who has ${verb} on the SeiNode`}`, async () => {
      await clientWith(verb).create(environment.namespace, taskOf(kind), DRY_RUN);
    });

    if (verb === undefined) continue;
    it(`${kind}: no operator without ${verb} on the SeiNode, and the error names it`, async () => {
      for (const other of [undefined, ...others]) {
        await assert.rejects(
          clientWith(other).create(environment.namespace, taskOf(kind), DRY_RUN),
          new RegExp(`cannot ${verb} resource \\W+seinodes\\W.*kind ${kind} for SeiNode validator-0`),
        );
      }
    });
  }

  it('can be limited to named SeiNodes', async () => {
    const limited = await operatorWith(onNodes('vote', 'validator-0'));
    await limited.create(environment.namespace, taskOf('GovVote', 'validator-0'), DRY_RUN);
    assert.ok(await isRefused(limited, taskOf('GovVote', 'validator-1')));
  });

  it('also decides who may change its spec; labels and a cancellation are free for operators', async () => {
    const { namespace } = environment;
    await environment.tasks.create(namespace, { ...taskOf('GovVote'), metadata: { name: 'kept' } });
    const kept = { namespace, name: 'kept' };
    const change = { spec: { timeoutSeconds: 7 } };
    await assert.rejects(clientWith(undefined).patch(kept, change, DRY_RUN), /cannot vote resource/);
    await clientWith('vote').patch(kept, change, DRY_RUN);
    await clientWith(undefined).patch(kept, { metadata: { labels: { a: 'b' }, annotations: { 'sei.io/cancel': '' } } });
  });

  it('does not concern who writes a status', async () => {
    const { namespace } = environment;
    await environment.tasks.create(namespace, { ...taskOf('GovVote'), metadata: { name: 'reported' } });
    const writes = { apiGroups: ['sei.io'], resources: ['seinodetasks/status'], verbs: ['patch'] };
    const { transport } = await createAccount(environment, [{ ...onNodes('patch'), rules: [writes] }]);
    const client = new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK);
    const { status } = await client.patchStatus({ namespace, name: 'reported' }, { status: { phase: 'Running' } });
    assert.equal(status?.phase, 'Running');
  });

  it('nobody, when the policy does not know the kind, as with a CRD that is newer', async () => {
    const known = taskOf('MarkReady');
    await environment.tasks.create(environment.namespace, known, DRY_RUN);
    for (const object of await readManifest('admission/task-kinds.yaml')) {
      const older = JSON.parse(JSON.stringify(object).replace("'MarkReady'", "'MarkOlder'"));
      await applyObject(environment.admin, onlyIn(environment, older));
    }
    await eventually('the older policy is in force', () => isRefused(environment.tasks, known));
    await assert.rejects(
      environment.tasks.create(environment.namespace, known, DRY_RUN),
      /does not know the kind MarkReady/,
    );
    await environment.tasks.create(environment.namespace, taskOf('RestartSeid'), DRY_RUN);
  });
});
