import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { seiNodeTaskDefinition } from '../../api/custom-resource-definition.ts';
import { seiNodePhases } from '../../api/phases.ts';
import { taskKindNames } from '../../api/task-kinds.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const DEFINITIONS = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
const NAME = 'seinodetasks.sei.io';

describe('the CustomResourceDefinition', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
  });
  after(() => environment.stop());

  it('is the generated one on the API server, except server defaults', async () => {
    const generated = parse(
      await readFile(new URL('../../deploy/crd/seinodetasks.sei.io.yaml', import.meta.url), 'utf8'),
      { version: '1.1' },
    );
    assert.deepEqual(generated, seiNodeTaskDefinition());
    const client = new ResourceClient<KubernetesObject & { spec: Record<string, unknown> }>(
      environment.admin,
      DEFINITIONS,
    );
    const served = await client.get(undefined, NAME);
    const { conversion, ...spec } = served?.spec ?? {};
    assert.deepEqual(conversion, { strategy: 'None' });
    assert.deepEqual(spec, generated.spec);
  });

  it('has its columns in the order of the contract', async () => {
    await environment.restart('columns', 'syncer-0-0');
    const status = {
      phase: 'Failed',
      reason: 'Timeout',
      duration: '1m12s',
      step: 'Restarting',
      workflow: { id: 'seinodetask/a/b/c' },
      message: 'Late.',
    };
    await environment.tasks.patchStatus({ namespace: environment.namespace, name: 'columns' }, { status });
    const [header, row] = await table();
    assert.deepEqual(header, ['NAME', 'KIND', 'TARGET', 'PHASE', 'AGE', 'REASON', 'DURATION']);
    assert.deepEqual(row?.toSpliced(4, 1), ['columns', 'RestartSeid', 'syncer-0-0', 'Failed', 'Timeout', '1m12s']);
    const [wideHeader, wideRow] = await table('-o', 'wide');
    assert.deepEqual(wideHeader?.slice(7), ['STEP', 'WORKFLOW', 'MESSAGE']);
    assert.deepEqual(wideRow?.slice(7), ['Restarting', 'seinodetask/a/b/c', 'Late.']);
  });

  async function table(...commandArguments: string[]): Promise<string[][]> {
    const { stdout } = await environment.kubectl(['get', 'snt', ...commandArguments]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/));
  }

  async function explain(path: string): Promise<string> {
    return (await environment.kubectl(['explain', path])).stdout;
  }

  it('describes its fields for kubectl explain', async () => {
    assert.match(await explain('snt.spec.restartSeid'), /Restarts the seid process in place; the sidecar stays up/);
    assert.match(await explain('snt.status.conditions'), /once the task is over Ready or Failed, and Finished/);
    const kind = await explain('snt.spec.kind');
    for (const name of taskKindNames) assert.ok(kind.includes(name), kind);
    const phase = await explain('snt.spec.target.requirePhase');
    for (const name of seiNodePhases) assert.ok(phase.includes(name), phase);
  });
});
