/** A fleet whose nodes follow a chain that can stop: what restarts do to it, over HTTP and in the process. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Faults } from '../../simulator/faults.ts';
import { startFleet, type Fleet } from '../../simulator/fleet.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from '../support/eventually.ts';
import { SidecarClient } from './sidecar-client.ts';

/** Somebody else operates `far-…`: their nodes are not in the fleet. */
const VALIDATORS = [
  { name: 'a', power: '40', nodes: ['a', 'sentry'] },
  { name: 'b', power: '30' },
  ...Array.from({ length: 33 }, (_, index) => ({ name: `far-${index}`, power: '1', nodes: [] })),
];
const PLAN = '/abci_query?path="/cosmos.upgrade.v1beta1.Query/CurrentPlan"';

async function rpc({ url }: SimulatedNode, path: string): Promise<any> {
  return (await fetch(`${url}/rpc${path}`)).json();
}

async function restart({ url }: SimulatedNode): Promise<void> {
  const sidecar = new SidecarClient(url);
  assert.equal((await sidecar.ended(await sidecar.submit('restart-seid'))).status, 'completed');
}

/** Addresses in a commit that have signed. */
function signersIn({ signed_header: { commit } }: any): string[] {
  return commit.signatures
    .filter(({ block_id_flag: flag }: any) => flag === 2)
    .map(({ validator_address: address }: any) => address);
}

function powersIn({ validators }: any): string[] {
  return validators.map(({ voting_power: power }: any) => power);
}

describe('a fleet with consensus', function () {
  this.timeout(60_000);

  let fleet: Fleet;
  let nodes: Record<'a' | 'sentry' | 'b' | 'full', SimulatedNode>;
  let control: SidecarClient;

  const put = (path: string, body: unknown): ReturnType<SidecarClient['send']> =>
    control.send('PUT', path, JSON.stringify(body));
  const facts = async (): Promise<any> => JSON.parse((await control.get('/chain')).text);
  const setOf = async (): Promise<string[]> => powersIn(await rpc(nodes.full, '/validators?per_page=100'));
  const addressOf = (name: string): string | undefined =>
    fleet.chain.validators.find((validator) => validator.name === name)?.address;

  before(async () => {
    fleet = await startFleet({
      chainId: 'stops-1',
      startHeight: 5_000,
      blockIntervalMs: 20,
      consensus: { validators: VALIDATORS, upgrade: { name: 'v7', height: 1_000_000 } },
    });
    const [a, sentry, b, full] = await Promise.all(
      ['a', 'sentry', 'b', 'full'].map((name) => fleet.addNode({ namespace: 'sei', name })),
    );
    nodes = { a: a!, sentry: sentry!, b: b!, full: full! };
    control = new SidecarClient(`${fleet.url}/_simulator`);
  });

  afterEach(() => {
    for (const node of Object.values(nodes)) node.setFaults({});
  });
  after(() => fleet.close());

  it('does not stop when one of two nodes with a key restarts, nor for a full node', async () => {
    const stops = fleet.chain.stops.length;
    await Promise.all([restart(nodes.a), restart(nodes.full)]);
    assert.equal(fleet.chain.stops.length, stops);
    assert.notDeepEqual(nodes.a.pastSeidPids, []);
  });

  it('stops while a validator with 30 of 103 and one with 5 are down, and names them', async () => {
    const stops = fleet.chain.stops.length;
    for (let index = 0; index < 5; index += 1) await put(`/chain/validators/far-${index}`, { down: true });
    assert.equal(fleet.chain.stops.length, stops);
    await restart(nodes.b);
    assert.equal(fleet.chain.stops.length, stops + 1);
    const { downPower, totalPower, down, toMs } = fleet.chain.stops.at(-1)!;
    assert.deepEqual([downPower, totalPower, down.length], ['35', '103', 6]);
    assert.equal(down[0]?.name, 'b');
    assert.equal(typeof toMs, 'number');
    for (let index = 0; index < 5; index += 1) await put(`/chain/validators/far-${index}`, { down: false });
  });

  it('has no signature of a validator whose seid does not serve', async () => {
    nodes.b.setFaults({ neverBoot: true });
    await new SidecarClient(nodes.b.url).submit('restart-seid');
    await eventually('seid serves no more', async () => (await fetch(`${nodes.b.url}/rpc/status`)).status === 502);
    const from = fleet.height + 1;
    await eventually('two blocks come', () => fleet.height > from + 1);
    const signers = async (height: number): Promise<string[]> =>
      signersIn(await rpc(nodes.full, `/commit?height=${height}`));
    assert.ok(!(await signers(from)).includes(addressOf('b')!));
    nodes.b.setFaults({});
    await eventually('it signs again', async () => (await signers(fleet.height)).includes(addressOf('b')!));
  });

  it('reports a node that catches up after a restart', async () => {
    nodes.full.setFaults({ catchUpMs: 600_000 });
    await restart(nodes.full);
    assert.equal((await rpc(nodes.full, '/status')).sync_info.catching_up, true);
    nodes.full.setFaults({});
    assert.equal((await rpc(nodes.full, '/status')).sync_info.catching_up, false);
    await restart(nodes.full);
    assert.equal((await rpc(nodes.full, '/status')).sync_info.catching_up, false);
  });

  it("answers on seid's own port what it answers through the fleet", async () => {
    const paths = ['/status', '/validators?page=2', '/commit?height=4990', PLAN, '/commit?height=1'];
    nodes.full.setFaults({ frozen: true });
    for (const path of paths) {
      const own = await fetch(`${nodes.full.rpcUrl}${path}`);
      assert.deepEqual(await own.json(), await rpc(nodes.full, path), path);
    }
    assert.equal((await fetch(`${nodes.full.rpcUrl}/explode`)).status, 404);
  });

  it('answers JSON-RPC', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'validators', params: { page: '2' } });
    const answer = await fetch(`${nodes.b.url}/rpc`, { method: 'POST', body });
    const { id, result } = (await answer.json()) as { id: number; result: { count: string } };
    assert.deepEqual([answer.status, id, result.count], [200, 3, '5']);
    assert.equal((await fetch(`${nodes.b.url}/rpc`, { method: 'POST', body: '{' })).status, 400);
  });

  describe('a lie', () => {
    const VALIDATORS_PATH = '/validators?height=4990&per_page=100';
    /** `HEIGHT` is that of a block that far-0 has not signed. */
    const COMMIT = '/commit?height=HEIGHT';
    let height: number;

    before(async () => {
      fleet.chain.setValidator('far-0', { down: true });
      height = fleet.height + 1;
      await eventually('its commit is canonical', () => fleet.height > height);
    });
    after(() => fleet.chain.setValidator('far-0', { down: false }));

    const lies: readonly (readonly [string, string, (lie: any, truth: any) => void])[] = [
      ['error', VALIDATORS_PATH, (lie) => assert.deepEqual(Object.keys(lie), ['code', 'message', 'data'])],
      ['null', COMMIT, (lie) => assert.equal(lie, null)],
      ['no-commit', COMMIT, (lie) => assert.equal(lie, null)],
      ['no-plan', PLAN, (lie) => assert.equal(lie.response.value, null)],
      ['other-wrapper', '/status', (lie, truth) => assert.equal(lie.result.node_info.moniker, truth.node_info.moniker)],
      [
        'short-page',
        VALIDATORS_PATH,
        (lie) => assert.deepEqual([lie.validators.length, lie.count, lie.total], [34, '35', '35']),
      ],
      [
        'wrong-total',
        VALIDATORS_PATH,
        (lie) => assert.deepEqual([lie.validators.length, lie.count, lie.total], [35, '35', '36']),
      ],
      [
        'other-validators',
        VALIDATORS_PATH,
        (lie) => assert.deepEqual([lie.validators.length, lie.count, lie.total], [34, '34', '34']),
      ],
      [
        'other-power',
        VALIDATORS_PATH,
        (lie, truth) => assert.deepEqual(powersIn(lie), ['41', ...powersIn(truth).slice(1)]),
      ],
      [
        'other-hash',
        COMMIT,
        (lie, truth) => {
          assert.notEqual(lie.signed_header.commit.block_id.hash, truth.signed_header.commit.block_id.hash);
          assert.equal(signersIn(lie).length, signersIn(truth).length);
        },
      ],
      ['other-network', '/status', (lie) => assert.equal(lie.node_info.network, 'other-1')],
      [
        'all-signed',
        COMMIT,
        (lie, truth) => assert.deepEqual([signersIn(lie).length, signersIn(truth).length], [35, 34]),
      ],
      ['none-signed', COMMIT, (lie) => assert.equal(signersIn(lie).length, 0)],
      ['not-canonical', COMMIT, (lie) => assert.equal(lie.canonical, false)],
    ];

    for (const [lie, path, check] of lies) {
      it(`is ${lie}, once, on ${path}`, async () => {
        // A frozen node answers the same as long as it does not lie.
        nodes.full.setFaults({ frozen: true });
        const ask = (): Promise<any> => rpc(nodes.full, path.replace('HEIGHT', String(height)));
        const truth = await ask();
        assert.equal((await put('/nodes/sei/full/faults', { frozen: true, rpc: { lie, times: 1 } })).status, 200);
        check(await ask(), truth);
        assert.deepEqual(nodes.full.faults, { frozen: true });
        assert.deepEqual(await ask(), truth);
      });
    }

    it('can be a page of a proxy, with 503', async () => {
      nodes.full.setFaults({ rpc: { lie: 'unavailable' } });
      const answer = await fetch(`${nodes.full.url}/rpc/status`);
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [503, 'text/html']);
    });

    it('can be no answer, half a body, or one of 10 MB', async () => {
      nodes.full.setFaults({ rpc: { lie: 'hang' } });
      await assert.rejects(fetch(`${nodes.full.url}/rpc/status`, { signal: AbortSignal.timeout(100) }));
      nodes.full.setFaults({ rpc: { lie: 'half' } });
      await assert.rejects(rpc(nodes.full, '/status'));
      nodes.full.setFaults({ rpc: { lie: 'huge' } });
      assert.ok((await (await fetch(`${nodes.full.url}/rpc/status`)).text()).length > 10_000_000);
    });

    it('affects one method, and neither other nodes nor what the sidecar reads', async () => {
      nodes.full.setFaults({ rpc: { method: 'status', lie: 'error' } });
      assert.equal((await rpc(nodes.full, '/status')).code, -32_603);
      assert.equal((await rpc(nodes.full, VALIDATORS_PATH)).total, '35');
      assert.equal((await rpc(nodes.b, '/status')).node_info.moniker, 'b');
      assert.notEqual(await nodes.full.latestHeight(), undefined);
    });

    it('must be one that there is', () =>
      Promise.all(
        [
          { rpc: { lie: 'explode' } },
          { rpc: {} },
          { rpc: { lie: 'error', method: 'GET' } },
          { lagBlocks: -1 },
          { frozen: 1 },
        ].map(async (faults) =>
          assert.equal((await put('/nodes/sei/full/faults', faults)).status, 400, JSON.stringify(faults)),
        ),
      ));
  });

  describe('over the control API', () => {
    it('is shown', async () => {
      const { chainId, height, validators, upgrade, stops } = await facts();
      assert.deepEqual([chainId, upgrade, validators.length], ['stops-1', { name: 'v7', height: 1_000_000 }, 35]);
      assert.ok(height > 5_000 && Array.isArray(stops));
      const { name, power, jailed, signs } = validators[0];
      assert.deepEqual([name, power, jailed, signs], ['a', '40', false, true]);
    });

    it('jails validators and changes powers', async () => {
      await put('/chain/validators/far-9', { jailed: true });
      await put('/chain/validators/far-8', { power: '5' });
      const changed = ['40', '30', '5', ...Array.from({ length: 31 }, () => '1')];
      await eventually('the set has changed', async () => isDeepStrictEqual(await setOf(), changed));
      await put('/chain/validators/far-9', { jailed: false });
      await put('/chain/validators/far-8', { power: '1' });
      const before = ['40', '30', ...Array.from({ length: 33 }, () => '1')];
      await eventually('it is as before', async () => isDeepStrictEqual(await setOf(), before));
    });

    it('makes a node lag', async () => {
      const faults: Faults = { lagBlocks: 50 };
      await put('/nodes/sei/full/faults', faults);
      const { latest_block_height: height } = (await rpc(nodes.full, '/status')).sync_info;
      assert.ok(Number(height) <= fleet.height - 50);
    });

    it('plans upgrades, at whose height nodes halt until they are upgraded', async () => {
      const plan = { name: 'v8', height: fleet.height + 1_000_000 };
      assert.deepEqual(JSON.parse((await put('/chain/upgrade', plan)).text).upgrade, plan);
      await put('/height', { height: plan.height - 2 });
      await eventually('the nodes halt', () => fleet.height === plan.height - 1);
      const stops = fleet.chain.stops.length;
      await control.send('POST', '/nodes/sei/b/upgrade');
      assert.equal(fleet.height, plan.height - 1);
      await control.send('POST', '/chain/upgrade');
      await eventually('they continue', () => fleet.height > plan.height);
      assert.deepEqual([(await facts()).upgrade, fleet.chain.stops.length], [null, stops]);
    });

    it('refuses what is not valid', async () => {
      for (const [path, body] of [
        ['/chain/validators/nobody', { down: true }],
        ['/chain/validators/a', { power: '-1' }],
        ['/chain/validators/a', { explode: true }],
        ['/chain/upgrade', { name: 'v9', height: 1 }],
        ['/chain/upgrade', { name: 'v9' }],
        ['/nodes/sei/a/height', { height: 9 }],
      ] as const) {
        assert.equal((await put(path, body)).status, 400, JSON.stringify(body));
      }
      assert.equal((await put('/chain/explode', {})).status, 404);
    });

    it('says that a fleet without consensus has none', async () => {
      const other = await startFleet();
      const { status, text } = await new SidecarClient(`${other.url}/_simulator`).get('/chain');
      await other.close();
      assert.equal(status, 400);
      assert.match(JSON.parse(text).error, /consensus/);
    });
  });
});
