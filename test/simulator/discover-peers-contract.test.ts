/** discover-peers, which only older sidecars know (contract §1.4, §3). */
import assert from 'node:assert/strict';
import { startFleet, type Fleet } from '../../simulator/fleet.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import type { TaskView } from '../../simulator/task-store.ts';
import { simulatorOnly } from './real-sidecar.ts';
import { SidecarClient } from './sidecar-client.ts';

const PEER = 'a'.repeat(40);
const STATIC = { type: 'static', addresses: [`${PEER}@10.0.0.1:26656`, `${PEER}@10.0.0.2:26656`] };
const EC2 = {
  type: 'ec2Tags',
  region: 'eu-central-1',
  tags: { ChainIdentifier: 'simulated-1', Component: 'state-syncer' },
};

describe('discover-peers', function () {
  this.timeout(30_000);

  let fleet: Fleet;
  let node: SimulatedNode;
  let client: SidecarClient;

  const discover = async (params: Record<string, unknown>): Promise<TaskView> =>
    await client.ended(await client.submit('discover-peers', params));

  before(async () => {
    fleet = await startFleet();
    node = await fleet.addNode({ namespace: 'default', name: 'older', sidecarVersion: 'v0.0.56' });
    client = new SidecarClient(node.url);
  });
  after(() => fleet.close());

  simulatorOnly('writes the peers of all sources, each once, in place of the earlier ones', async () => {
    await discover({ sources: [{ type: 'static', addresses: ['old@10.0.0.9:26656'] }] });
    assert.deepEqual(node.configuredPeers, ['old@10.0.0.9:26656']);
    const { status, result } = await discover({ sources: [STATIC, STATIC] });
    assert.deepEqual([status, result, node.configuredPeers], ['completed', undefined, STATIC.addresses]);
  });

  simulatorOnly('makes the same address of the same tags, and another of others', async () => {
    await discover({ sources: [EC2] });
    const [peer] = node.configuredPeers;
    assert.match(peer ?? '', /^[0-9a-f]{40}@203\.0\.113\.\d+:26656$/);
    const tags = { Component: 'state-syncer', ChainIdentifier: 'simulated-1' };
    await discover({ sources: [STATIC, { ...EC2, tags }, { ...EC2, region: 'us-east-1' }] });
    const [, , same, other] = node.configuredPeers;
    assert.equal(same, peer);
    assert.notEqual(other?.split('@')[0], peer?.split('@')[0]);
  });

  simulatorOnly('makes a node id of each DNS endpoint', async () => {
    await discover({ sources: [{ type: 'dnsEndpoints', endpoints: ['a-0.a.sei.svc', 'b-0.b.sei.svc'] }] });
    assert.deepEqual(
      node.configuredPeers.map((peer) => peer.replace(/^[0-9a-f]{40}/, 'id')),
      ['id@a-0.a.sei.svc:26656', 'id@b-0.b.sei.svc:26656'],
    );
  });

  // What else makes it fail: params-contract.test.ts.
  for (const [params, error] of [
    [{ sources: [] }, "discover-peers: missing required param 'sources'"],
    [
      { sources: [{ ...STATIC, addresses: ['new@10.0.0.7:26656'] }, { type: 'static' }] },
      'discover-peers: source[1]: static source has empty addresses',
    ],
  ] as const) {
    simulatorOnly(`${JSON.stringify(params)} fails and does not change the peers`, async () => {
      await discover({ sources: [STATIC] });
      const task = await discover(params);
      assert.deepEqual([task.status, task.error, node.configuredPeers], ['failed', error, STATIC.addresses]);
    });
  }

  simulatorOnly('newer: an unknown type, said before it looks at the id', async () => {
    const newer = await fleet.addNode({ namespace: 'default', name: 'newer', sidecarVersion: 'newer' });
    const answer = await new SidecarClient(newer.url).post({
      id: 'x',
      type: 'discover-peers',
      params: { sources: [STATIC] },
    });
    assert.deepEqual([answer.status, answer.text], [400, '{"error":"unknown task type: discover-peers"}\n']);
  });
});
