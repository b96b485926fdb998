/** What seid's RPC answers in a simulated chain, and each way in which it can be wrong. */
import assert from 'node:assert/strict';
import { answerRpc, callOfBody, callOfUrl } from '../../simulator/chain/answer-rpc.ts';
import type { ChainNode } from '../../simulator/chain/chain-node.ts';
import { chainOnAClock, START_HEIGHT, validatorsOf, type ChainOnAClock } from './chain-on-a-clock.ts';

const NO_VALIDATOR = '66687AADF862BD776C8FC18B8E9F8E2008971485';
const CURRENT_PLAN = '/abci_query?path="/cosmos.upgrade.v1beta1.Query/CurrentPlan"';

/** The body of an answer to GET, without the wrapper. */
function get(node: ChainNode, url: string): any {
  const { status, body } = answerRpc(node, callOfUrl(url, false));
  assert.equal(status, 200);
  return JSON.parse(body);
}

/** `count` validators, the strongest first. */
function manyValidators(count: number): ReturnType<typeof validatorsOf> {
  return validatorsOf(...Array.from({ length: count }, (_, index) => BigInt(1_000 - index)));
}

describe('the RPC of a node in a simulated chain', () => {
  let clock: ChainOnAClock;

  beforeEach(() => {
    clock = chainOnAClock({ validators: validatorsOf('4', '3', '2', '1') }, { fullNodes: ['full-0'] });
    clock.pass(1_000);
  });

  describe('/status', () => {
    it('has chain, height, time and hash of the last block', () => {
      const { chain, node, now } = clock;
      const { node_info: info, sync_info: sync } = get(node('v0'), '/status');
      assert.deepEqual(info, { network: 'clock-1', moniker: 'v0' });
      assert.deepEqual(
        [sync.latest_block_height, sync.latest_block_time, sync.catching_up],
        [String(chain.height), new Date(now()).toISOString(), false],
      );
      assert.match(sync.latest_block_hash, /^[0-9A-F]{64}$/);
      assert.deepEqual(sync, get(node('full-0'), '/status').sync_info);
    });

    it('has the address and power of a validator, and of a full node those of a zero key', () => {
      const { chain, node } = clock;
      const { validator_info: info } = get(node('v1'), '/status');
      assert.deepEqual([info.address, info.voting_power], [chain.validators[1]?.address, '3']);
      assert.match(info.address, /^[0-9A-F]{40}$/);
      assert.deepEqual(get(node('full-0'), '/status').validator_info, {
        address: NO_VALIDATOR,
        pub_key: { type: 'tendermint/PubKeyEd25519', value: Buffer.alloc(32).toString('base64') },
        voting_power: '0',
      });
    });

    it('has the same address for each node with a key', () => {
      const { node } = chainOnAClock({ validators: [{ name: 'v0', power: '1', nodes: ['a', 'b'] }] });
      const [one, other] = ['a', 'b'].map((name) => get(node(name), '/status').validator_info);
      assert.deepEqual(one, other);
      assert.notEqual(one.address, NO_VALIDATOR);
    });

    it('has no power while the validator is jailed', () => {
      clock.chain.setValidator('v0', { jailed: true });
      clock.pass(1_000);
      const { address, voting_power: power } = get(clock.node('v0'), '/status').validator_info;
      assert.deepEqual([address, power], [clock.chain.validators[0]?.address, '0']);
    });

    it('says that a node is catching up', () => {
      clock.node('v3').stops('exit');
      clock.pass(10_000);
      clock.node('v3').serves(1_000);
      const { catching_up: catchingUp, latest_block_height: height } = get(clock.node('v3'), '/status').sync_info;
      assert.ok(catchingUp && Number(height) < clock.chain.height);
    });
  });

  describe('/validators', () => {
    it('has 30 on a page, at most 100, and strings for numbers', () => {
      const { chain, node } = chainOnAClock({ validators: manyValidators(131) });
      const page = (query: string): unknown[] => {
        const { validators, ...numbers } = get(node('v0'), `/validators?${query}`);
        return [validators.length, validators[0].voting_power, numbers];
      };
      const height = String(START_HEIGHT);
      assert.deepEqual(page(`height=${height}`), [30, '1000', { block_height: height, count: '30', total: '131' }]);
      assert.deepEqual(page(`height=${height}&page=5`), [
        11,
        '880',
        { block_height: height, count: '11', total: '131' },
      ]);
      assert.deepEqual(page('per_page=1000').slice(0, 2), [100, '1000']);
      assert.deepEqual(page('page="2"&per_page="100"').slice(0, 2), [31, '900']);
      const addresses = [1, 2, 3, 4, 5].flatMap((at) =>
        get(node('v0'), `/validators?page=${at}`).validators.map(({ address }: { address: string }) => address),
      );
      assert.deepEqual(
        addresses,
        chain.validators.map(({ address }) => address),
      );
    });

    it('is that of the height', () => {
      const { height } = clock.chain;
      clock.chain.setValidator('v0', { jailed: true });
      clock.pass(1_000);
      const totals = [height, clock.chain.height, clock.chain.height + 1].map(
        (at) => get(clock.node('v1'), `/validators?height=${at}`).total,
      );
      assert.deepEqual(totals, ['4', '3', '3']);
    });

    for (const query of ['page=2', 'page=0', 'height=0', 'height=-1', 'height=99999', 'height=1']) {
      it(`answers ${query} with a flat error and status 200`, () => {
        const error = get(clock.node('v0'), `/validators?${query}`);
        assert.deepEqual(Object.keys(error), ['code', 'message', 'data']);
        assert.ok(error.code < -32_000);
      });
    }
  });

  describe('/commit', () => {
    it('has who signed, and for the others an empty signature with flag 1', () => {
      const { chain, node, pass } = clock;
      node('v3').stops('exit');
      const from = chain.height + 1;
      pass(1_000);
      const absent = chain.validators[3]!.address;
      const kinds = new Set<unknown>();
      for (const height of [from, from + 1]) {
        const { signed_header: signed, canonical } = get(node('full-0'), `/commit?height=${height}`);
        const { signatures, ...commit } = signed.commit;
        assert.deepEqual([canonical, signed.header.height, commit.height], [true, String(height), String(height)]);
        assert.deepEqual(
          signatures.map(({ block_id_flag: flag, validator_address: address }: any) => [flag, address]),
          [...chain.validators.filter(({ address }) => address !== absent).map(({ address }) => [2, address]), [1, '']],
        );
        kinds.add(signatures[3].signature);
        assert.equal(Buffer.from(signatures[0].signature, 'base64').length, 64);
      }
      assert.deepEqual(kinds, new Set([null, '']));
    });

    it('has the same hash on each node, and another one for each block', () => {
      const { node, chain } = clock;
      const hash = (name: string, height: number): string =>
        get(node(name), `/commit?height=${height}`).signed_header.commit.block_id.hash;
      assert.equal(hash('v0', chain.height), hash('full-0', chain.height));
      assert.notEqual(hash('v0', chain.height), hash('v0', chain.height - 1));
    });

    it('is not canonical for the last block of that node', () => {
      const { node, chain } = clock;
      node('full-0').setFaults({ lagBlocks: 2 });
      const canonical = (name: string, query: string): boolean => get(node(name), `/commit${query}`).canonical;
      assert.deepEqual([canonical('v0', ''), canonical('v0', `?height=${chain.height - 2}`)], [false, true]);
      assert.equal(canonical('full-0', `?height=${chain.height - 2}`), false);
    });

    it('answers a height beyond the last block, and a pruned one, with an error', () => {
      for (const height of [clock.chain.height + 1, 1]) {
        assert.equal(get(clock.node('v0'), `/commit?height=${height}`).code, -32_603);
      }
    });
  });

  describe('/abci_query', () => {
    it('has the planned upgrade as protobuf', () => {
      clock.chain.planUpgrade({ name: 'v7', height: 1_200 });
      const { response } = get(clock.node('full-0'), CURRENT_PLAN);
      const bytes = Buffer.from(response.value, 'base64').toString('hex');
      // Plan {name: "v7", time: the zero time, height: 1200} in field 1 of the response.
      assert.equal(bytes, '0a140a027637120b088092b8c398feffffff0118b009');
    });

    it('has no value without one', () => {
      assert.deepEqual(get(clock.node('full-0'), CURRENT_PLAN).response.value, null);
    });

    it('has an error code for another path', () => {
      assert.notEqual(get(clock.node('full-0'), '/abci_query?path="/nothing"').response.code, 0);
    });
  });

  it('shows nothing that a guard can use under Autobahn', () => {
    const { chain, node, pass } = chainOnAClock({ validators: validatorsOf('1'), protocol: 'Autobahn' });
    pass(1_000);
    const { sync_info: sync } = get(node('v0'), '/status');
    assert.deepEqual(
      [sync.latest_block_height, sync.latest_block_time, sync.latest_block_hash],
      [String(chain.height), '1970-01-01T00:00:00.000Z', ''],
    );
    const { commit } = get(node('v0'), `/commit?height=${chain.height - 1}`).signed_header;
    assert.deepEqual([commit.block_id.hash, commit.signatures], ['', []]);
  });

  describe('a request', () => {
    const { node: nodeOf } = chainOnAClock({ validators: validatorsOf('4', '3', '2', '1') });
    const answer = (call: ReturnType<typeof callOfBody>): any => JSON.parse(answerRpc(nodeOf('v0'), call!).body);

    it('of JSON-RPC gets result and error in the wrapper, with its id', () => {
      const { id, result } = answer(
        callOfBody('{"jsonrpc":"2.0","id":7,"method":"validators","params":{"per_page":"2"}}'),
      );
      assert.deepEqual([id, result.count, result.total], [7, '2', '4']);
      assert.equal(answer(callOfBody('{"id":"x","method":"commit","params":{"height":1}}')).error.code, -32_603);
      assert.equal(answer(callOfBody('{"id":1,"method":"explode"}')).error.code, -32_601);
    });

    it('that is not JSON-RPC is none', () => {
      for (const body of ['', '{', '[]', '{"method":1}']) assert.equal(callOfBody(body), undefined);
    });

    it('of GET may get the wrapper, too', () => {
      assert.equal(answer(callOfUrl('/status', true)).result.node_info.moniker, 'v0');
      assert.equal(answer(callOfUrl('/commit?height=1', true)).error.code, -32_603);
    });

    it('for another path is 404', () => {
      assert.equal(answerRpc(clock.node('v0'), callOfUrl('/explode', false)).status, 404);
    });
  });
});
