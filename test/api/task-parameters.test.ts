import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { payloadSchemas } from '../../api/payload-schemas.ts';
import type { SeiNode } from '../../api/sei-node.ts';
import { taskKindNames, type TaskKind, definitionOf, payloadFieldOf, type Payload } from '../../api/task-kinds.ts';
import { minimalPayloads } from './payload-examples.ts';

function seiNode(spec: SeiNode['spec'] = {}, status: SeiNode['status'] = {}): SeiNode {
  return { metadata: { namespace: 'a', name: 'b', uid: 'c' }, spec, status };
}

function parametersOf(kind: TaskKind, payload: unknown, node = seiNode()): unknown {
  const definition = definitionOf(kind);
  return definition.buildParameters(payloadSchemas[payloadFieldOf(kind)].parse(payload) as never, node);
}

describe('parameters of the sidecar task', () => {
  const sidecarTasks: Readonly<Record<TaskKind, string | undefined>> = {
    GovSoftwareUpgrade: 'gov-software-upgrade',
    GovVote: 'gov-vote',
    GovParamChange: 'gov-param-change',
    AwaitCondition: 'await-condition',
    UpdateNodeImage: undefined,
    AwaitNodesAtHeight: 'await-condition',
    DiscoverPeers: 'discover-peers',
    RestartSeid: 'restart-seid',
    MarkReady: 'mark-ready',
  };
  for (const kind of taskKindNames) {
    it(`${kind} is ${sidecarTasks[kind] ?? 'no task'} on the sidecar`, () => {
      const definition = definitionOf(kind);
      assert.equal(definition.sidecarTask, sidecarTasks[kind]);
    });
  }

  it('are none for RestartSeid, MarkReady and UpdateNodeImage', () => {
    for (const kind of ['RestartSeid', 'MarkReady', 'UpdateNodeImage'] as const) {
      assert.deepEqual(parametersOf(kind, minimalPayloads[kind]), {});
    }
  });

  it('are the height for AwaitNodesAtHeight', () => {
    assert.deepEqual(parametersOf('AwaitNodesAtHeight', { targetHeight: 9 }), { condition: 'height', targetHeight: 9 });
  });

  it('are the height, and the action if there is one, for AwaitCondition', () => {
    const height = { targetHeight: 9 };
    assert.deepEqual(parametersOf('AwaitCondition', { height }), { condition: 'height', targetHeight: 9 });
    assert.deepEqual(parametersOf('AwaitCondition', { height, action: 'SIGTERM_SEID' }), {
      condition: 'height',
      targetHeight: 9,
      action: 'SIGTERM_SEID',
    });
    assert.equal(parametersOf('AwaitCondition', {}), undefined);
  });
});

describe('parameters of governance tasks', () => {
  for (const kind of ['GovVote', 'GovSoftwareUpgrade', 'GovParamChange'] as const) {
    it(`are the payload of ${kind} with the key resolved, unset and empty optionals left out`, () => {
      const payload = { ...minimalPayloads[kind], memo: undefined };
      for (const unset of [payload, { ...payload, memo: '' }, { ...payload, memo: '', upgradeInfo: '' }]) {
        assert.deepEqual(parametersOf(kind, unset), { ...minimalPayloads[kind], keyName: 'validator' });
      }
      assert.deepEqual(parametersOf(kind, { ...payload, memo: 'why' }), {
        ...minimalPayloads[kind],
        memo: 'why',
        keyName: 'validator',
      });
    });
  }

  const secret = (keyName?: string): SeiNode => seiNode({ validator: { operatorKeyring: { secret: { keyName } } } });
  const keys: readonly (readonly [string, string | undefined, SeiNode, string])[] = [
    ["the payload's", 'mine', secret('theirs'), 'mine'],
    ["the SeiNode's", undefined, secret('theirs'), 'theirs'],
    ['node_admin for a keyring that names none', undefined, secret(), 'node_admin'],
    ['validator without a secret', undefined, seiNode({ validator: { operatorKeyring: {} } }), 'validator'],
    ['validator without a keyring', undefined, seiNode({ validator: {} }), 'validator'],
    ['validator on a node that is none', undefined, seiNode(), 'validator'],
  ];
  for (const [what, keyName, node, expected] of keys) {
    it(`sign with ${what}`, () => {
      const parameters = parametersOf('GovVote', { ...minimalPayloads.GovVote, keyName }, node) as { keyName: string };
      assert.equal(parameters.keyName, expected);
    });
  }

  it('keep any JSON as the value of a parameter change', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const changes = [{ subspace: 'staking', key: 'Params', value }];
        const parameters = parametersOf('GovParamChange', {
          ...minimalPayloads.GovParamChange,
          changes,
        }) as Payload<'GovParamChange'>;
        assert.deepEqual(parameters.changes, changes);
      }),
    );
  });
});

describe('parameters of discover-peers', () => {
  const ec2Tags = { region: 'eu-central-1', tags: { Chain: 'test-1' } };
  const addresses = ['id@10.0.0.1:26656'];
  const label = { selector: { role: 'sentry' } };

  const cases: readonly (readonly [string, SeiNode, unknown])[] = [
    ['tags', seiNode({ peers: [{ ec2Tags }] }), [{ type: 'ec2Tags', ...ec2Tags }]],
    ['addresses', seiNode({ peers: [{ static: { addresses } }] }), [{ type: 'static', addresses }]],
    [
      'resolved peers of a label',
      seiNode({ peers: [{ label }] }, { resolvedPeers: addresses }),
      [{ type: 'static', addresses }],
    ],
    [
      'all sources in their order, less a label without resolved peers',
      seiNode({ peers: [{ label }, { static: { addresses } }, { ec2Tags }] }),
      [
        { type: 'static', addresses },
        { type: 'ec2Tags', ...ec2Tags },
      ],
    ],
  ];
  for (const [what, node, sources] of cases) {
    it(`hold ${what}`, () => assert.deepEqual(parametersOf('DiscoverPeers', {}, node), { sources }));
  }

  it('cannot be built without a usable source, which would wipe the peers', () => {
    const nodes = [
      seiNode(),
      seiNode({ peers: [] }),
      seiNode({ peers: [{ label }] }),
      seiNode({ peers: [{}] }, { resolvedPeers: addresses }),
    ];
    for (const node of nodes) assert.equal(parametersOf('DiscoverPeers', {}, node), undefined);
  });
});
