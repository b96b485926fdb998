/** The height of a simulated chain: read and set, in the process and over the control API. */
import assert from 'node:assert/strict';
import { startFleet, type Fleet } from '../../simulator/fleet.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { caseCount } from '../support/case-count.ts';
import { eventually } from '../support/eventually.ts';
import { SidecarClient } from './sidecar-client.ts';

const WAITS = caseCount(500);

/** Whether it is at that height: a few blocks may have come since it was set. */
function isAt(height: number | undefined, wanted: number): boolean {
  return height !== undefined && height >= wanted && height < wanted + 1_000;
}

describe('the height of a simulated chain', function () {
  this.timeout(60_000);

  let fleet: Fleet;
  let nodes: SimulatedNode[];
  let control: SidecarClient;

  const put = (path: string, body: string) => control.send('PUT', path, body);

  beforeEach(async () => {
    fleet = await startFleet();
    nodes = await Promise.all(['a', 'b'].map((name) => fleet.addNode({ namespace: 'sei', name })));
    control = new SidecarClient(`${fleet.url}/_simulator`);
  });
  afterEach(() => fleet.close());

  it('is set for all nodes at once, also for later ones, and grows from there', async () => {
    await fleet.setHeight(1_000_000);
    nodes.push(await fleet.addNode({ namespace: 'sei', name: 'later' }));
    const heights = await Promise.all(nodes.map((node) => node.latestHeight()));
    for (const height of [fleet.height, ...heights]) assert.ok(isAt(height, 1_000_000), `${height}`);
    await eventually('it grows', async () => (await nodes[0]!.latestHeight())! > heights[0]!);
  });

  it('is set for one node only, and stays over a restart of seid', async () => {
    const [ahead, other] = nodes as [SimulatedNode, SimulatedNode];
    await ahead.setHeight(1_000_000);
    const sidecar = new SidecarClient(ahead.url);
    assert.equal((await sidecar.ended(await sidecar.submit('restart-seid'))).status, 'completed');
    assert.ok(isAt(await ahead.latestHeight(), 1_000_000));
    assert.ok(isAt(await other.latestHeight(), 1_000));
  });

  it('is set while seid is down or boots', async () => {
    const booting = await fleet.addNode({ namespace: 'sei', name: 'booting', faults: { neverBoot: true } });
    await fleet.setHeight(1_000_000);
    booting.setFaults({});
    await eventually('it serves', async () => isAt(await booting.latestHeight(), 1_000_000));
  });

  it(`ends ${WAITS} waits of a node at once, and none before`, async () => {
    const [node] = nodes as [SimulatedNode];
    const sidecar = new SidecarClient(node.url);
    const params = { condition: 'height', targetHeight: 1_000_000 };
    await Promise.all(Array.from({ length: WAITS }, () => sidecar.submit('await-condition', params)));
    const statuses = (): Set<string> => new Set(node.sidecar.tasks().map(({ status }) => status));
    assert.deepEqual(statuses(), new Set(['running']));
    await node.setHeight(999_900);
    assert.deepEqual(statuses(), new Set(['running']));
    await node.setHeight(1_000_000);
    await eventually(
      'all have ended',
      () => node.events.filter((event) => event.type === 'run-ended' && event.end === 'completed').length === WAITS,
    );
  });

  describe('over the control API', () => {
    it('is read and set for all', async () => {
      const answer = await put('/height', '{"height":1000000}');
      assert.equal(answer.status, 200);
      assert.ok(isAt(JSON.parse(answer.text).height, 1_000_000));
      const read = await control.get('/height');
      assert.ok(isAt(JSON.parse(read.text).height, 1_000_000));
      for (const node of nodes) assert.ok(isAt(await node.latestHeight(), 1_000_000));
    });

    it('is read and set for one node', async () => {
      const answer = await put('/nodes/sei/a/height', '{"height":1000000}');
      assert.equal(answer.status, 200);
      assert.ok(isAt(JSON.parse(answer.text).height, 1_000_000));
      const read = await control.get('/nodes/sei/b/height');
      assert.ok(isAt(JSON.parse(read.text).height, 1_000));
    });

    it('is null for a node whose RPC does not serve', async () => {
      await fleet.addNode({ namespace: 'sei', name: 'booting', faults: { neverBoot: true } });
      assert.deepEqual(JSON.parse((await control.get('/nodes/sei/booting/height')).text), { height: null });
    });

    it('refuses what is not a height', async () => {
      for (const [body, shown] of [
        ['{"height":-1}', '-1'],
        ['{"height":"9"}', '"9"'],
        ['{}', 'nothing'],
        ['9', 'nothing'],
        ['{', 'nothing'],
        ['null', 'nothing'],
      ] as const) {
        for (const path of ['/height', '/nodes/sei/a/height']) {
          const { status, text } = await put(path, body);
          assert.deepEqual(
            [status, JSON.parse(text)],
            [400, { error: `height: ${shown} is not allowed; send {"height": N}, an integer from 0` }],
          );
        }
      }
    });
  });
});
