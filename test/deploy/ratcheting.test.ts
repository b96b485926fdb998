import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { seiNodeTaskDefinition } from '../../api/custom-resource-definition.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { resourcePath } from '../../kubernetes/resource-path.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';

interface Schema {
  'x-kubernetes-validations'?: unknown;
  properties: Record<string, Schema>;
  type?: string;
}

interface Definition {
  metadata: { name: string };
  spec: { group: string; names: { shortNames?: unknown; categories?: unknown }; versions: [{ schema: { openAPIV3Schema: Schema } }] };
}

const DEFINITIONS = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
const target = { nodeRef: { name: 'syncer-0-0' } };
const restart = { kind: 'RestartSeid', target, restartSeid: {} };

/** The CRD under a group of its own, so that no other test meets it. */
function definitionIn(group: string): Definition {
  const definition = structuredClone(seiNodeTaskDefinition()) as unknown as Definition;
  definition.metadata.name = `seinodetasks.${group}`;
  definition.spec.group = group;
  delete definition.spec.names.shortNames;
  delete definition.spec.names.categories;
  return definition;
}

/** As it once was: any edit was taken, and the value that a condition had observed was a string. */
function olderDefinitionIn(group: string): Definition {
  const definition = definitionIn(group);
  const { spec, status } = definition.spec.versions[0].schema.openAPIV3Schema.properties;
  delete spec!['x-kubernetes-validations'];
  delete spec!.properties['target']!['x-kubernetes-validations'];
  status!.properties['outputs']!.properties['awaitCondition']!.properties['observedValue'] = { type: 'string' } as Schema;
  return definition;
}

describe('a SeiNodeTask that was stored under an older CRD', () => {
  const group = `older-${randomBytes(5).toString('hex')}.test`;
  let environment: TestEnvironment;
  let tasks: ResourceClient<SeiNodeTask>;
  let namespace: string;

  before(async () => {
    environment = await TestEnvironment.create();
    ({ namespace } = environment);
    tasks = new ResourceClient<SeiNodeTask>(environment.admin, { group, version: 'v1alpha1', plural: 'seinodetasks' });
    await applyDefinition(olderDefinitionIn(group));
    await eventually('the older CRD is served', () => createProbe());
    await store('plain', restart);
    await store('two-payloads', { ...restart, markReady: {} });
    await store('observed', { kind: 'AwaitCondition', target, awaitCondition: { height: { targetHeight: 1 } } });
    await tasks.patchStatus({ namespace, name: 'observed' }, { status: { outputs: { awaitCondition: { observedValue: '7' } } } });
    await applyDefinition(definitionIn(group));
    await eventually('the newer CRD is served', refusesEdits);
  });

  after(async () => {
    await new ResourceClient(environment.admin, DEFINITIONS).delete(undefined, `seinodetasks.${group}`);
    await environment.stop();
  });

  async function applyDefinition(body: Definition): Promise<void> {
    const path = resourcePath(DEFINITIONS, { namespace: undefined, name: body.metadata.name });
    const query = { fieldManager: 'test', force: true };
    await environment.admin.request({ method: 'PATCH', path, query, contentType: 'application/apply-patch+yaml', body });
  }

  async function store(name: string, spec: object): Promise<SeiNodeTask> {
    return await tasks.create(namespace, { apiVersion: `${group}/v1alpha1`, kind: 'SeiNodeTask', metadata: { name }, spec });
  }

  async function createProbe(): Promise<boolean> {
    await store('probe', restart);
    return true;
  }

  async function refusesEdits(): Promise<boolean> {
    try {
      await tasks.patch({ namespace, name: 'probe' }, { spec: { target: { queueTimeout: '1m' } } }, { dryRun: true });
      return false;
    } catch (error) {
      return hasHttpStatus(error, 422);
    }
  }

  for (const name of ['plain', 'two-payloads', 'observed']) {
    it(`can still be labelled and written: ${name}`, async () => {
      await tasks.patch({ namespace, name }, { metadata: { labels: { team: 'a' } } });
      const { status } = await tasks.patchStatus({ namespace, name }, { status: { phase: 'Running' } });
      assert.equal(status?.phase, 'Running');
    });

    it(`cannot be edited: ${name}`, async () => {
      const message = /spec\.target is immutable/;
      await assert.rejects(tasks.patch({ namespace, name }, { spec: { target: { requirePhase: 'Failed' } } }), { code: 'KUBERNETES_INVALID', message });
    });
  }

  for (const name of ['plain', 'observed']) {
    it(`can still be bounded where it was valid: ${name}`, async () => {
      const { spec } = await tasks.patch({ namespace, name }, { spec: { timeoutSeconds: 7, ttlSecondsAfterFinished: 8 } });
      assert.equal(spec?.['timeoutSeconds'], 7);
    });
  }
});
