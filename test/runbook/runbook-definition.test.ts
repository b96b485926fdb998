import assert from 'node:assert/strict';
import { SEI_NODE_RUNBOOK } from '../../api/resources.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { causesOf } from '../support/causes-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { runbookSpec } from './runbook-manifests.ts';

interface Runbook extends KubernetesObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

const nodes = { nodes: ['a', 'b'] };
const window = { timeZone: 'Europe/Berlin', ranges: [{ from: '22:00', to: '06:00' }] };
const override = { checks: ['QuorumAtRisk'], reason: 'the only validator' };

/** What the API server refuses, and the fields that it names. */
const refused: Readonly<Record<string, readonly [spec: object, ...fields: string[]]>> = {
  'another kind': [{ kind: 'RollingUpgrade' }, 'spec.kind'],
  'no chain': [{ chainId: undefined }, 'spec.chainId'],
  'no payload': [{ rollingRestart: undefined }, 'spec.rollingRestart'],
  'no targets': [{ targets: {} }, 'spec.targets'],
  'a selector and a list': [{ targets: { ...nodes, selector: {} } }, 'spec.targets'],
  'an empty list': [{ targets: { nodes: [] } }, 'spec.targets.nodes'],
  'a name that is not one': [{ targets: { nodes: ['No/Node'] } }, 'spec.targets.nodes[0]'],
  'maxUnavailable 0': [{ strategy: { maxUnavailable: 0 } }, 'spec.strategy.maxUnavailable'],
  'maxUnavailable 0%': [{ strategy: { maxUnavailable: '0%' } }, 'spec.strategy.maxUnavailable'],
  'maxUnavailable 200%': [{ strategy: { maxUnavailable: '200%' } }, 'spec.strategy.maxUnavailable'],
  'maxUnavailable that is a word': [{ strategy: { maxUnavailable: 'all' } }, 'spec.strategy.maxUnavailable'],
  'a canary of 0': [{ strategy: { canary: { count: 0 } } }, 'spec.strategy.canary.count'],
  'a third of the power': [{ guard: { maxDownPercent: 34 } }, 'spec.guard.maxDownPercent'],
  'no sources': [{ guard: { minSources: 0 } }, 'spec.guard.minSources'],
  'a range without a length': [
    { window: { ...window, ranges: [{ from: '06:00', to: '06:00' }] } },
    'spec.window.ranges[0]',
  ],
  'a window without ranges': [{ window: { ...window, ranges: [] } }, 'spec.window.ranges'],
  'a time that is not one': [
    { window: { ...window, ranges: [{ from: '24:30', to: '06:00' }] } },
    'spec.window.ranges[0].from',
  ],
  'an override without a reason': [{ override: { checks: ['QuorumAtRisk'] } }, 'spec.override.reason'],
  'a verb that is not one': [{ control: { id: '1', verb: 'stop' } }, 'spec.control.verb'],
  'skip without a node': [{ control: { id: '1', verb: 'skip' } }, 'spec.control'],
  'pause with a node': [{ control: { id: '1', verb: 'pause', node: 'a' } }, 'spec.control'],
};

/** Edits of a runbook that exists, each as a merge patch, and the field that is immutable. */
const edits: readonly (readonly [spec: object, field: string])[] = [
  [{ chainId: 'test-2' }, 'chainId'],
  [{ targets: { nodes: ['b', 'a'] } }, 'targets'],
  [{ targets: { exclude: ['a'] } }, 'targets'],
  [{ strategy: { maxUnavailable: 2 } }, 'strategy'],
  [{ strategy: { canary: { count: 1 } } }, 'strategy'],
  [{ gate: { blocks: 1 } }, 'gate'],
  [{ guard: { maxDownPercent: 20 } }, 'guard'],
  [{ window }, 'window'],
  [{ dryRun: true }, 'dryRun'],
  [{ override }, 'override'],
  [{ ttlSecondsAfterFinished: 1 }, 'ttlSecondsAfterFinished'],
];

/** The fields that the API server names when it refuses a write. */
async function refusal(write: Promise<unknown>): Promise<readonly string[]> {
  const error = await write.then(
    (object) => assert.fail(`accepted: ${JSON.stringify(object)}`),
    (reason: unknown) => reason,
  );
  // '<nil>': rules that were not checked, because the object has another fault.
  return causesOf(error).flatMap((cause) => cause.split(' ')[0]?.replace('<nil>', '') || []);
}

describe('the CustomResourceDefinition of SeiNodeRunbook', () => {
  let environment: TestEnvironment;
  let runbooks: ResourceClient<Runbook>;
  let created = 0;

  before(async () => {
    environment = await TestEnvironment.create();
    runbooks = new ResourceClient<Runbook>(environment.admin, SEI_NODE_RUNBOOK);
  });
  after(() => environment.stop());

  async function create(spec: object = {}): Promise<Runbook> {
    created += 1;
    return await runbooks.create(environment.namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeRunbook',
      metadata: { name: `runbook-${created}` },
      spec: runbookSpec(spec),
    });
  }

  async function patch({ metadata: { name } }: Runbook, spec: object): Promise<Runbook> {
    return await runbooks.patch({ namespace: environment.namespace, name }, { spec });
  }

  it('fills in the defaults', async () => {
    const { spec } = await create();
    assert.deepEqual(spec, {
      ...runbookSpec(),
      strategy: { maxUnavailable: 1, order: 'Safe', soakSeconds: 0, onFailure: 'Pause', maxFailures: 0 },
      gate: { blocks: 20, timeoutSeconds: 1800, maxLag: 5, signing: true },
      guard: { minSources: 2 },
    });
  });

  for (const [what, [spec, ...fields]] of Object.entries(refused)) {
    it(`refuses ${what}, and names the field`, async () => {
      assert.deepEqual(new Set(await refusal(create(spec))), new Set(fields));
    });
  }

  for (const [edit, field] of edits) {
    it(`refuses the edit ${JSON.stringify(edit)}`, async () => {
      assert.deepEqual(await refusal(patch(await create({ targets: nodes }), edit)), [`spec.${field}`]);
    });
  }

  it('accepts percentages, and edits of what steers a runbook', async () => {
    const runbook = await create({ targets: nodes, strategy: { maxUnavailable: '100%' }, window, override });
    const edit = { paused: true, skipNodes: ['a'], control: { id: '2', verb: 'retry', node: 'b', reason: 'fixed' } };
    assert.partialDeepStrictEqual((await patch(runbook, edit)).spec, edit);
  });

  it('has the columns and the short name', async () => {
    const { metadata } = await create();
    await runbooks.patchStatus(
      { namespace: environment.namespace, name: metadata.name },
      { status: { phase: 'Running', progress: '3/12', current: 'syncer-0-0: Gating' } },
    );
    const { stdout } = await environment.kubectl(['get', 'snr', metadata.name]);
    assert.match(stdout, /^NAME +KIND +CHAIN +PHASE +PROGRESS +CURRENT +AGE *\n/);
    assert.match(stdout, / RollingRestart +test-1 +Running +3\/12 +syncer-0-0: Gating +\d+s *\n$/);
  });
});
