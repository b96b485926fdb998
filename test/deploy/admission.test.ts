import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { SEI_NODE_TASK } from '../../api/resources.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { taskKindNames, type TaskKind, payloadFieldOf } from '../../api/task-kinds.ts';
import { adminTransport } from '../../dev/admin-transport.ts';
import { kubectl, type KubectlResult } from '../../dev/kubectl.ts';
import type { ServerAddresses } from '../../dev/start-local-servers.ts';
import { KubernetesApiError } from '../../kubernetes/errors.ts';
import type { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { sharedServers } from '../support/shared-servers.ts';

type Fields = Readonly<Record<string, unknown>>;

const target = { nodeRef: { name: 'syncer-0-0' } };
const restartSpec: Fields = { kind: 'RestartSeid', target, restartSeid: {} };
const fields = taskKindNames.map((kind) => payloadFieldOf(kind)).join(', ');
const exactlyOne = `exactly one of ${fields} must be set`;

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
    transport = adminTransport(servers.kubernetes);
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

  async function refusal(spec: unknown): Promise<string> {
    const error = await create(spec).then(
      () => assert.fail(`accepted: ${JSON.stringify(spec)}`),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof KubernetesApiError);
    assert.equal(error.code, 'KUBERNETES_INVALID');
    return error.message;
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
        ...specOf(kind),
        target: { ...target, requirePhase: 'Running', requirePhaseTimeout: '5m' },
      });
    });

    it(`refuses ${kind} without its payload, and with that of another kind`, async () => {
      const payloadField = payloadFieldOf(kind);
      const required = `spec.${payloadField} is required when kind=${kind}`;
      const none = await refusal({ kind, target });
      assert.ok(none.includes(required) && none.includes(exactlyOne), none);
      const other = kind === 'MarkReady' ? 'RestartSeid' : 'MarkReady';
      const wrong = await refusal({ ...specOf(other), kind });
      assert.ok(wrong.includes(required) && !wrong.includes(exactlyOne), wrong);
    });
  }

  const gov = minimalPayloads.GovVote;
  const refused: readonly (readonly [what: string, spec: unknown, message: string])[] = [
    ['two payloads', { ...restartSpec, markReady: {} }, exactlyOne],
    [
      'kind RestartPod',
      { ...restartSpec, kind: 'RestartPod' },
      'spec.kind: Unsupported value: "RestartPod": supported values: "GovSoftwareUpgrade"',
    ],
    ['no kind', { target, restartSeid: {} }, 'spec.kind: Required value'],
    ['a payload of null', { kind: 'RestartSeid', target, restartSeid: null }, exactlyOne],
    [
      'an unknown phase',
      { ...restartSpec, target: { ...target, requirePhase: 'Resting' } },
      'spec.target.requirePhase: Unsupported value: "Resting"',
    ],
    [
      'a negative timeout',
      { ...restartSpec, timeoutSeconds: -1 },
      'spec.timeoutSeconds in body should be greater than or equal to 0',
    ],
    [
      'a timeout beyond int64',
      { ...restartSpec, timeoutSeconds: 1e19 },
      'spec.timeoutSeconds in body must be of type integer: "number"',
    ],
    [
      'a timeout of half a second',
      { ...restartSpec, timeoutSeconds: 0.5 },
      'spec.timeoutSeconds in body must be of type integer: "number"',
    ],
    [
      'a timeout in words',
      { ...restartSpec, timeoutSeconds: '60' },
      'spec.timeoutSeconds in body must be of type integer: "string"',
    ],
    ['no target', { kind: 'RestartSeid', restartSeid: {} }, 'spec.target: Required value'],
    ['no nodeRef', { ...restartSpec, target: {} }, 'spec.target.nodeRef: Required value'],
    [
      'a nodeRef without a name',
      { ...restartSpec, target: { nodeRef: {} } },
      'spec.target.nodeRef.name: Required value',
    ],
    ...['', 'Syncer', 'a.b', '-a', 'a-', 'a/b', 'a'.repeat(254)].map((name): [string, unknown, string] => [
      `the node name "${name.slice(0, 10)}"`,
      { ...restartSpec, target: { nodeRef: { name } } },
      'spec.target.nodeRef.name',
    ]),
    [
      'height 0',
      specOf('AwaitNodesAtHeight', { targetHeight: 0 }),
      'spec.awaitNodesAtHeight.targetHeight in body should be greater than or equal to 1',
    ],
    [
      'height 0 in a condition',
      specOf('AwaitCondition', { height: { targetHeight: 0 } }),
      'spec.awaitCondition.height.targetHeight in body should be greater',
    ],
    ['no condition', { kind: 'AwaitCondition', target, awaitCondition: {} }, 'exactly one condition must be set'],
    [
      'an unknown action',
      specOf('AwaitCondition', { action: 'SIGKILL_SEID' }),
      'spec.awaitCondition.action: Unsupported value: "SIGKILL_SEID": supported values: "SIGTERM_SEID"',
    ],
    [
      'an image of 513 characters',
      specOf('UpdateNodeImage', { image: 'i'.repeat(513) }),
      'spec.updateNodeImage.image: Too long: may not be more than 512',
    ],
    [
      'an empty image',
      specOf('UpdateNodeImage', { image: '' }),
      'spec.updateNodeImage.image in body should be at least 1 chars long',
    ],
    [
      'an unknown option',
      specOf('GovVote', { option: 'maybe' }),
      'spec.govVote.option: Unsupported value: "maybe": supported values: "yes", "no", "abstain", "no_with_veto", "no-with-veto"',
    ],
    [
      'proposal 0',
      specOf('GovVote', { proposalId: 0 }),
      'spec.govVote.proposalId in body should be greater than or equal to 1',
    ],
    ['gas 0', specOf('GovVote', { gas: 0 }), 'spec.govVote.gas in body should be greater than or equal to 1'],
    [
      'a key name with spaces',
      specOf('GovVote', { keyName: 'my key' }),
      "spec.govVote.keyName in body should match '^[a-zA-Z0-9_-]+$'",
    ],
    ...Object.keys(gov).map((field): [string, unknown, string] => [
      `a vote without ${field}`,
      { kind: 'GovVote', target, govVote: { ...gov, [field]: undefined } },
      `spec.govVote.${field}: Required value`,
    ]),
    ...['chainId', 'fees', 'keyName'].map((field): [string, unknown, string] => [
      `an empty ${field}`,
      specOf('GovVote', { [field]: '' }),
      `spec.govVote.${field} in body should be at least 1 chars long`,
    ]),
    ...['title', 'description', 'upgradeName', 'initialDeposit'].map((field): [string, unknown, string] => [
      `an empty ${field}`,
      specOf('GovSoftwareUpgrade', { [field]: '' }),
      `spec.govSoftwareUpgrade.${field} in body should be at least 1 chars long`,
    ]),
    [
      'upgrade height 0',
      specOf('GovSoftwareUpgrade', { upgradeHeight: 0 }),
      'spec.govSoftwareUpgrade.upgradeHeight in body should be greater than or equal to 1',
    ],
    [
      'no changes',
      specOf('GovParamChange', { changes: [] }),
      'spec.govParamChange.changes in body should have at least 1 items',
    ],
    [
      'a change without a value',
      specOf('GovParamChange', { changes: [{ subspace: 's', key: 'k' }] }),
      'spec.govParamChange.changes[0].value: Required value',
    ],
    [
      'a change of an empty subspace',
      specOf('GovParamChange', { changes: [{ subspace: '', key: 'k', value: 1 }] }),
      'spec.govParamChange.changes[0].subspace in body should be at least 1 chars long',
    ],
  ];
  for (const [what, spec, message] of refused) {
    it(`refuses ${what}`, async () => {
      const words = await refusal(spec);
      assert.ok(words.includes(message), words);
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
    assert.ok(stderr.includes(exactlyOne), stderr);
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
    const bad: readonly (readonly [object, RegExp])[] = [
      [{ phase: 'Done' }, /status\.phase: Unsupported value: "Done"/],
      [{ task: { id: 'i', status: 'Lost' } }, /status\.task\.status: Unsupported value: "Lost"/],
      [{ startedAt: 'yesterday' }, /status\.startedAt/],
      [{ conditions: [{ type: 'Ready' }] }, /status\.conditions\[0\]\.reason: Required value/],
    ];
    for (const [status, message] of bad) {
      await assert.rejects(client.patchStatus({ namespace, name: metadata.name }, { status }), {
        code: 'KUBERNETES_INVALID',
        message,
      });
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
    assert.match(bare.stderr, /spec\.govVote\.option in body must be of type string: "boolean"/);
    const quoted = await kubectlAsAdmin(['apply', '-f', '-'], yaml.replace('OPTION', '"yes"'));
    assert.deepEqual([quoted.code, quoted.stderr], [0, '']);
  });
});
