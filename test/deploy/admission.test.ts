import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { taskKindNames, type TaskKind, payloadFieldOf } from '../../api/task-kinds.ts';
import { adminTransport } from '../../dev/admin-transport.ts';
import { kubectl, type KubectlResult } from '../../dev/kubectl.ts';
import type { ServerAddresses } from '../../dev/start-local-servers.ts';
import type { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { causesOf } from '../support/causes-of.ts';
import { checkedPayloads, minimalPayloads } from '../api/payload-examples.ts';
import { sharedServers } from '../support/shared-servers.ts';

type Fields = Readonly<Record<string, unknown>>;

const target = { nodeRef: { name: 'syncer-0-0' } };
const restartSpec: Fields = { kind: 'RestartSeid', target, restartSeid: {} };
/** What breaks a rule on the spec as a whole. */
const SPEC = 'spec Invalid';

function specOf(kind: TaskKind, payload: Fields = {}): Fields {
  return { kind, target, [payloadFieldOf(kind)]: { ...minimalPayloads[kind], ...payload } };
}

describe('admission of SeiNodeTasks', () => {
  let servers: ServerAddresses;
  let transport: KubernetesTransport;
  let client: ResourceClient<SeiNodeTask>;
  const namespace = `admission-${randomBytes(5).toString('hex')}`;
  let created = 0;

  before(async () => {
    servers = await sharedServers();
    transport = await adminTransport(servers.kubernetes);
    client = new ResourceClient(transport, SEI_NODE_TASK);
    const namespaces = new ResourceClient(transport, { group: '', version: 'v1', plural: 'namespaces' });
    await namespaces.create(undefined, { metadata: { name: namespace } });
  });
  after(() => transport.close());

  function manifest(spec: unknown): SeiNodeTask {
    created += 1;
    const metadata = { name: `task-${created}` } as SeiNodeTask['metadata'];
    return { apiVersion: 'sei.io/v1alpha1', kind: 'SeiNodeTask', metadata, spec: spec as Fields };
  }

  async function create(spec: unknown): Promise<SeiNodeTask> {
    return await client.create(namespace, manifest(spec));
  }

  /** The refused fields, each with the reason of the API server. */
  async function refusal(spec: unknown): Promise<string[]> {
    const error = await create(spec).then(
      () => assert.fail(`accepted: ${JSON.stringify(spec)}`),
      (reason: unknown) => reason,
    );
    return causesOf(error);
  }

  async function kubectlAsAdmin(commandArguments: readonly string[], input = ''): Promise<KubectlResult> {
    return await kubectl(servers.kubernetes.kubeconfig('admin'), ['--namespace', namespace, ...commandArguments], {
      input,
    });
  }

  for (const kind of taskKindNames) {
    it(`takes the least ${kind}, and fills in the defaults`, async () => {
      const { spec } = await create(specOf(kind));
      assert.deepEqual(spec, {
        ...specOf(kind, checkedPayloads[kind]),
        target: { ...target, requirePhase: 'Running', requirePhaseTimeout: '5m' },
      });
    });

    it(`refuses ${kind} without its payload, and with that of another kind`, async () => {
      assert.deepEqual(await refusal({ kind, target }), [SPEC, SPEC], 'no payload, and not that of the kind');
      const other = kind === 'MarkReady' ? 'RestartSeid' : 'MarkReady';
      assert.deepEqual(await refusal({ ...specOf(other), kind }), [SPEC], 'not that of the kind');
    });
  }

  const gov = minimalPayloads.GovVote;
  const refused: readonly (readonly [what: string, spec: unknown, cause: string])[] = [
    ['two payloads', { ...restartSpec, markReady: {} }, SPEC],
    ['kind RestartPod', { ...restartSpec, kind: 'RestartPod' }, 'spec.kind NotSupported'],
    ['no kind', { target, restartSeid: {} }, 'spec.kind Required'],
    ['a payload of null', { kind: 'RestartSeid', target, restartSeid: null }, SPEC],
    [
      'an unknown phase',
      { ...restartSpec, target: { ...target, requirePhase: 'Resting' } },
      'spec.target.requirePhase NotSupported',
    ],
    ['a negative timeout', { ...restartSpec, timeoutSeconds: -1 }, 'spec.timeoutSeconds Invalid'],
    ['a timeout beyond int64', { ...restartSpec, timeoutSeconds: 1e19 }, 'spec.timeoutSeconds TypeInvalid'],
    ['a timeout of half a second', { ...restartSpec, timeoutSeconds: 0.5 }, 'spec.timeoutSeconds TypeInvalid'],
    ['a timeout in words', { ...restartSpec, timeoutSeconds: '60' }, 'spec.timeoutSeconds TypeInvalid'],
    ['no target', { kind: 'RestartSeid', restartSeid: {} }, 'spec.target Required'],
    ['no nodeRef', { ...restartSpec, target: {} }, 'spec.target.nodeRef Required'],
    ['a nodeRef without a name', { ...restartSpec, target: { nodeRef: {} } }, 'spec.target.nodeRef.name Required'],
    ...['', 'Syncer', 'a.b', '-a', 'a-', 'a/b', 'a'.repeat(254)].map((name): [string, unknown, string] => [
      `the node name "${name.slice(0, 10)}"`,
      { ...restartSpec, target: { nodeRef: { name } } },
      `spec.target.nodeRef.name ${name.length > 253 ? 'TooLong' : 'Invalid'}`,
    ]),
    ['height 0', specOf('AwaitNodesAtHeight', { targetHeight: 0 }), 'spec.awaitNodesAtHeight.targetHeight Invalid'],
    [
      'height 0 in a condition',
      specOf('AwaitCondition', { height: { targetHeight: 0 } }),
      'spec.awaitCondition.height.targetHeight Invalid',
    ],
    ['no condition', { kind: 'AwaitCondition', target, awaitCondition: {} }, 'spec.awaitCondition Invalid'],
    [
      'an unknown action',
      specOf('AwaitCondition', { action: 'SIGKILL_SEID' }),
      'spec.awaitCondition.action NotSupported',
    ],
    [
      'an image of 513 characters',
      specOf('UpdateNodeImage', { image: 'i'.repeat(513) }),
      'spec.updateNodeImage.image TooLong',
    ],
    ['an empty image', specOf('UpdateNodeImage', { image: '' }), 'spec.updateNodeImage.image Invalid'],
    ['an unknown option', specOf('GovVote', { option: 'maybe' }), 'spec.govVote.option NotSupported'],
    ['proposal 0', specOf('GovVote', { proposalId: 0 }), 'spec.govVote.proposalId Invalid'],
    ['gas 0', specOf('GovVote', { gas: 0 }), 'spec.govVote.gas Invalid'],
    ['a key name with spaces', specOf('GovVote', { keyName: 'my key' }), 'spec.govVote.keyName Invalid'],
    ...Object.keys(gov).map((field): [string, unknown, string] => [
      `a vote without ${field}`,
      { kind: 'GovVote', target, govVote: { ...gov, [field]: undefined } },
      `spec.govVote.${field} Required`,
    ]),
    ...['chainId', 'fees', 'keyName'].map((field): [string, unknown, string] => [
      `an empty ${field}`,
      specOf('GovVote', { [field]: '' }),
      `spec.govVote.${field} Invalid`,
    ]),
    ...['title', 'description', 'upgradeName', 'initialDeposit'].map((field): [string, unknown, string] => [
      `an empty ${field}`,
      specOf('GovSoftwareUpgrade', { [field]: '' }),
      `spec.govSoftwareUpgrade.${field} Invalid`,
    ]),
    [
      'upgrade height 0',
      specOf('GovSoftwareUpgrade', { upgradeHeight: 0 }),
      'spec.govSoftwareUpgrade.upgradeHeight Invalid',
    ],
    ['no changes', specOf('GovParamChange', { changes: [] }), 'spec.govParamChange.changes Invalid'],
    [
      'a change without a value',
      specOf('GovParamChange', { changes: [{ subspace: 's', key: 'k' }] }),
      'spec.govParamChange.changes[0].value Required',
    ],
    [
      'a change of an empty subspace',
      specOf('GovParamChange', { changes: [{ subspace: '', key: 'k', value: 1 }] }),
      'spec.govParamChange.changes[0].subspace Invalid',
    ],
  ];
  for (const [what, spec, cause] of refused) {
    it(`refuses ${what}`, async () => {
      const causes = await refusal(spec);
      assert.ok(causes.includes(cause), causes.join(', '));
    });
  }

  it('accepts any int64 as a timeout', async () => {
    const seconds = '9223372036854775807';
    const text = JSON.stringify(manifest({ ...restartSpec, timeoutSeconds: 0 })).replace(
      '"timeoutSeconds":0',
      `"timeoutSeconds":${seconds}`,
    );
    const { code, stderr } = await kubectlAsAdmin(['create', '-f', '-'], text);
    assert.deepEqual([code, stderr], [0, '']);
    const { stdout } = await kubectlAsAdmin([
      'get',
      'snt',
      `task-${created}`,
      '--output=jsonpath={.spec.timeoutSeconds}',
    ]);
    assert.equal(stdout, seconds);
  });

  it('takes an empty memo and an empty upgradeInfo', async () => {
    const payload = { memo: '', upgradeInfo: '' };
    assert.deepEqual((await create(specOf('GovSoftwareUpgrade', payload))).spec?.['govSoftwareUpgrade'], {
      ...minimalPayloads.GovSoftwareUpgrade,
      ...payload,
    });
    for (const kind of ['GovVote', 'GovParamChange'] as const) await create(specOf(kind, { memo: '' }));
  });

  const values: Readonly<Record<string, unknown>> = {
    object: { a: { b: [1, null, { c: null }] }, empty: {} },
    array: [1, 'two', null, [3], {}],
    string: '"quoted" \u00e9',
    number: 1.5,
    'large number': 9_007_199_254_740_991,
    boolean: false,
  };
  for (const [what, value] of Object.entries(values)) {
    it(`keeps the ${what} of a parameter change as it is`, async () => {
      const changes = [{ subspace: 'staking', key: 'Params', value }];
      const { spec } = await create(specOf('GovParamChange', { changes }));
      assert.deepEqual(spec?.['govParamChange'], { ...minimalPayloads.GovParamChange, changes });
    });
  }

  it('shows the error to kubectl too', async () => {
    const { code, stderr } = await kubectlAsAdmin(
      ['apply', '-f', '-'],
      JSON.stringify(manifest({ ...restartSpec, markReady: {} })),
    );
    assert.equal(code, 1);
    assert.match(stderr, /\bspec: Invalid value\b/);
  });

  it('ignores a status that is written without the subresource', async () => {
    const status = { phase: 'Complete' as const };
    const object = await client.create(namespace, { ...manifest(restartSpec), status });
    assert.equal(object.status, undefined);
    const { name } = object.metadata;
    await kubectlAsAdmin(['patch', 'snt', name, '--type=merge', '--patch', JSON.stringify({ status })]);
    assert.equal((await client.get(namespace, name))?.status, undefined);
    assert.equal((await client.patchStatus({ namespace, name }, { status })).status?.phase, 'Complete');
  });

  it('refuses a status that is not of the contract', async () => {
    const { metadata } = await create(restartSpec);
    const bad: readonly (readonly [object, string])[] = [
      [{ phase: 'Done' }, 'status.phase NotSupported'],
      [{ task: { id: 'i', status: 'Lost' } }, 'status.task.status NotSupported'],
      [{ startedAt: 'yesterday' }, 'status.startedAt TypeInvalid'],
      [{ conditions: [{ type: 'Ready' }] }, 'status.conditions[0].reason Required'],
    ];
    for (const [status, cause] of bad) {
      const error = await client.patchStatus({ namespace, name: metadata.name }, { status }).catch((reason) => reason);
      assert.ok(causesOf(error).includes(cause), causesOf(error).join(', '));
    }
  });

  it('takes an option that YAML 1.1 needs quoted', async () => {
    const yaml = [
      'apiVersion: sei.io/v1alpha1',
      'kind: SeiNodeTask',
      'metadata: {name: vote}',
      'spec:',
      '  kind: GovVote',
      '  target: {nodeRef: {name: syncer-0-0}}',
      '  govVote: {chainId: test-1, fees: 1usei, gas: 1, proposalId: 1, option: OPTION}',
    ].join('\n');
    const bare = await kubectlAsAdmin(['apply', '-f', '-'], yaml.replace('OPTION', 'yes'));
    assert.equal(bare.code, 1);
    assert.match(bare.stderr, /\bspec\.govVote\.option\b/);
    const quoted = await kubectlAsAdmin(['apply', '-f', '-'], yaml.replace('OPTION', '"yes"'));
    assert.deepEqual([quoted.code, quoted.stderr], [0, '']);
  });
});
