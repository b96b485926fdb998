import assert from 'node:assert/strict';
import { readSource } from '../../../activities/chain/read-source.ts';
import { parseStatus } from '../../../activities/chain/parse-status.ts';
import { rpcResult } from '../../../activities/chain/rpc-result.ts';
import type { SeidRpc } from '../../../activities/seid-rpc.ts';
import type { ChainSource } from '../../../core/guard/chain-observation.ts';
import { answerRpc, type RpcCall } from '../../../simulator/chain/answer-rpc.ts';
import type { ConsensusOptions } from '../../../simulator/chain/consensus-options.ts';
import { ANSWERED_LIES, lyingAnswer } from '../../../simulator/chain/rpc-lies.ts';
import { chainOnAClock, START_HEIGHT, validatorsOf, type ChainOnAClock } from '../../simulator/chain-on-a-clock.ts';

type Lie = (typeof ANSWERED_LIES)[number];

const PLAN = { name: 'v6.3.0', height: START_HEIGHT + 5_000 };
/** One of them has a power beyond 2^53. */
const VALIDATORS = validatorsOf('9007199254740993', '9007199254740992', '3', '2');

/** @param wrapped - Whether answers have the JSON-RPC wrapper. */
function rpcOf({ node }: ChainOnAClock, { lie, wrapped = false }: { lie?: Lie; wrapped?: boolean } = {}): SeidRpc {
  const call: SeidRpc['call'] = async (_node, { method, query = {} }) => {
    const parameters = Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? value.slice(1, -1) : value]),
    );
    const asked: RpcCall = { method, parameters, ...(wrapped && { id: -1 }) };
    const answer = lie === undefined ? answerRpc(node('full'), asked) : lyingAnswer(lie, node('full'), asked);
    return rpcResult(answer.body);
  };
  return { call } as unknown as SeidRpc;
}

function started(consensus: Partial<ConsensusOptions> = {}): ChainOnAClock {
  const clock = chainOnAClock({ validators: VALIDATORS, upgrade: PLAN, ...consensus }, { fullNodes: ['full'] });
  clock.pass(60_000);
  return clock;
}

async function read(clock: ChainOnAClock, rpc: SeidRpc): Promise<ChainSource> {
  const { chainId, height } = clock.chain;
  const node = { namespace: 'arctic', name: 'full' };
  return await readSource({ rpc, node, chainId, height, signal: new AbortController().signal });
}

/** What is to be read of a node that lies like this: the numbers of validators and commits, and the planned upgrade. */
const expected: Readonly<Record<Lie, readonly [number | undefined, number, ChainSource['upgrade']]>> = {
  'short-page': [undefined, 0, undefined],
  'wrong-total': [undefined, 0, undefined],
  // Nothing shows these: another source has to.
  'other-validators': [3, 10, PLAN],
  'other-power': [4, 10, PLAN],
  'other-hash': [4, 10, PLAN],
  'other-network': [4, 10, PLAN],
  'all-signed': [4, 10, PLAN],
  'no-plan': [4, 10, 'none'],
  'none-signed': [4, 0, PLAN],
  'not-canonical': [4, 0, PLAN],
  'no-commit': [4, 0, PLAN],
  error: [undefined, 0, undefined],
  null: [undefined, 0, undefined],
  unavailable: [undefined, 0, undefined],
  'other-wrapper': [4, 10, PLAN],
};

describe('a node of a simulated chain', () => {
  for (const wrapped of [false, true]) {
    it(`is read whole, with answers ${wrapped ? 'in the JSON-RPC wrapper' : 'that are bare'}`, async () => {
      const clock = started();
      clock.node('v3').stops('task');
      clock.pass(60_000);
      const { validators = [], commits, upgrade, problem } = await read(clock, rpcOf(clock, { wrapped }));
      const powers = clock.chain.validators.map(({ address, power }) => ({ address, power }));
      assert.deepEqual(new Set(validators), new Set(powers));
      const up = powers.slice(0, 3).map(({ address }) => address);
      for (const { height, timeMs, signed } of commits) {
        assert.deepEqual([timeMs, new Set(signed)], [clock.chain.block(height)?.timeMs, new Set(up)]);
      }
      assert.deepEqual([commits.length, upgrade, problem], [10, PLAN, undefined]);
    });
  }

  for (const lie of ANSWERED_LIES) {
    it(`is read as far as its answers are right, with the lie ${lie}`, async () => {
      const clock = started();
      const { validators, commits, upgrade } = await read(clock, rpcOf(clock, { lie }));
      assert.deepEqual([validators?.length, commits.length, upgrade], expected[lie]);
    });
  }

  it('shows no hash and the time 1970 with Autobahn', async () => {
    const clock = started({ protocol: 'Autobahn' });
    const rpc = rpcOf(clock);
    const { commits } = await read(clock, rpc);
    assert.deepEqual(
      commits.map(({ hash, timeMs, signed }) => [hash, timeMs, signed.length]),
      Array.from({ length: 10 }, () => ['', 0, 0]),
    );
    const answer = await rpc.call({ namespace: '', name: '' }, { method: 'status' }, new AbortController().signal);
    const status = 'result' in answer ? parseStatus(answer.result) : undefined;
    assert.deepEqual([status?.blockHash, status?.blockTimeMs], ['', 0]);
  });
});
