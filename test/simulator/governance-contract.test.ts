/** Governance tasks on the wire (contract §1.5, §3). They send transactions, so that all are for the simulator. */
import assert from 'node:assert/strict';
import { startFleet, type Fleet, type NodeOptions } from '../../simulator/fleet.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import type { TaskView } from '../../simulator/task-store.ts';
import { eventually } from '../support/eventually.ts';
import { simulatorOnly } from './real-sidecar.ts';
import { SidecarClient } from './sidecar-client.ts';

const SIGNED = { chainId: 'simulated-1', keyName: 'node_admin', fees: '2000usei', gas: 200_000 };
const VOTE = { ...SIGNED, proposalId: 7, option: 'no-with-veto' };
const PROPOSAL = { ...SIGNED, title: 'A title', description: 'What for', initialDeposit: '10usei' };
const UPGRADE = { ...PROPOSAL, upgradeName: 'v7', upgradeHeight: 9_000 };
const CHANGE = { ...PROPOSAL, changes: [{ subspace: 'staking', key: 'MaxValidators', value: 100 }] };
const HASH = /^[0-9A-F]{64}$/;

interface GovResult {
  txHash: string;
  height: number;
  proposalId: number;
}

const resultOf = ({ result }: TaskView): GovResult => result as GovResult;

async function run(sidecar: SidecarClient, type: string, params: Record<string, unknown>): Promise<TaskView> {
  return await sidecar.ended(await sidecar.submit(type, params));
}

/** A vote that is on its way into a block for as long as nobody switches that off. */
async function beginVote(node: SimulatedNode, sidecar: SidecarClient): Promise<string> {
  node.setTransactions({ inclusionDelayMs: 600_000 });
  const id = await sidecar.submit('gov-vote', VOTE);
  await eventually('the transaction is sent', () => node.broadcasts.length === 1);
  assert.equal((await sidecar.task(id)).status, 'running');
  return id;
}

describe('governance tasks', function () {
  this.timeout(30_000);

  let fleet: Fleet;

  const newNode = async (options: Partial<NodeOptions> = {}): Promise<[SimulatedNode, SidecarClient]> => {
    const name = `node-${fleet.nodes.length}`;
    const node = await fleet.addNode({ namespace: 'default', name, sidecarVersion: 'newer', ...options });
    return [node, new SidecarClient(node.url)];
  };
  before(async () => {
    fleet = await startFleet();
  });
  after(() => fleet.close());

  describe('bad params are accepted and fail later', () => {
    let node: SimulatedNode;
    let sidecar: SidecarClient;
    before(async () => {
      [node, sidecar] = await newNode();
    });

    // What does not decode: params-contract.test.ts.
    for (const [type, params, error] of [
      ['gov-vote', { proposalId: 7, option: 'yes' }, 'keyName required'],
      ['gov-vote', { ...VOTE, chainId: undefined }, 'chainId required'],
      ['gov-vote', { ...VOTE, keyName: '' }, 'keyName required'],
      ['gov-vote', { ...VOTE, fees: null }, 'fees required'],
      ['gov-vote', { ...VOTE, gas: 0 }, 'gas required (must be > 0)'],
      [
        'gov-vote',
        { ...VOTE, option: 'maybe' },
        'invalid vote option "maybe" (allowed: yes | no | abstain | no_with_veto)',
      ],
      ['gov-software-upgrade', { ...UPGRADE, title: '' }, 'title required'],
      ['gov-software-upgrade', { ...UPGRADE, upgradeName: undefined }, 'upgradeName required'],
      ['gov-software-upgrade', { ...UPGRADE, upgradeHeight: -5 }, 'upgradeHeight required (must be > 0)'],
      ['gov-software-upgrade', { ...UPGRADE, initialDeposit: '' }, 'initialDeposit "" resolves to zero coins'],
      ['gov-param-change', { ...CHANGE, changes: [] }, 'at least one change required'],
      ['gov-param-change', { ...CHANGE, changes: [{ subspace: 's', value: 1 }] }, 'changes[0].key required'],
      ['gov-param-change', { ...CHANGE, changes: [{ subspace: 's', key: 'k' }] }, 'changes[0].value required'],
    ] as const) {
      simulatorOnly(`${type}: ${error}, and nothing is sent`, async () => {
        const task = await run(sidecar, type, params);
        assert.deepEqual([task.status, task.error, node.broadcasts], ['failed', error, []]);
      });
    }
  });

  describe('committed_ok', () => {
    simulatorOnly('gov-vote: completed with hash and height, and no proposal', async () => {
      const [node, sidecar] = await newNode();
      const id = await sidecar.submit('gov-vote', VOTE);
      const task = await sidecar.ended(id);
      const { txHash, height, ...rest } = resultOf(task);
      assert.match(txHash, HASH);
      assert.ok(height >= 1000, `height ${height}`);
      assert.deepEqual([task.status, task.params, rest], ['completed', VOTE, { inclusionStatus: 'committed_ok' }]);
      assert.deepEqual(node.broadcasts, [{ taskId: id, type: 'gov-vote', params: VOTE }]);
    });

    simulatorOnly('proposals: completed with an id of its own each', async () => {
      const [, sidecar] = await newNode();
      const tasks = [
        await run(sidecar, 'gov-software-upgrade', UPGRADE),
        await run(sidecar, 'gov-param-change', CHANGE),
      ];
      assert.deepEqual(
        tasks.map(({ status, result }) => [status, Object.keys(result as object), (result as GovResult).proposalId]),
        [101, 102].map((id) => ['completed', ['txHash', 'height', 'proposalId', 'inclusionStatus'], id]),
      );
    });

    simulatorOnly('a value with every JSON shape is in the record as it was sent, byte for byte', async () => {
      const [node, sidecar] = await newNode();
      const value = '{ "b":1.0, "a": [1e2,"\\u00e9é<>", null ,true], "big":"123456789012345678901", "a\\/b":{} }';
      const params = JSON.stringify(CHANGE).replace('"value":100', `"value": ${value}`);
      const body = `{"id":"3f0d5a36-8c6f-4c7d-9a43-2f1f8d5f6a01","type":"gov-param-change","params":${params}}`;
      await sidecar.send('POST', '/v0/tasks', body);
      assert.ok(body.includes(value));
      assert.equal(node.requests.at(-1)?.body, body);
    });
  });

  simulatorOnly('committed_failed: failed, with code, codespace and log', async () => {
    const [, sidecar] = await newNode({ transactions: { outcome: 'committed_failed' } });
    const task = await run(sidecar, 'gov-software-upgrade', UPGRADE);
    const { txHash, height, ...rest } = resultOf(task);
    const rawLog = 'insufficient funds: 1usei is smaller than 2000usei';
    assert.ok(height >= 1000);
    assert.deepEqual(rest, { code: 5, codespace: 'sdk', rawLog, inclusionStatus: 'committed_failed' });
    const error = `tx ${txHash} committed but failed: code=5 codespace="sdk" log=${rawLog}`;
    assert.deepEqual([task.status, task.error], ['failed', error]);
  });

  simulatorOnly('unverifiable: failed, with the hash', async () => {
    const [, sidecar] = await newNode({ transactions: { outcome: 'unverifiable' } });
    const task = await run(sidecar, 'gov-vote', VOTE);
    const { txHash } = resultOf(task);
    assert.deepEqual([task.status, task.result], ['failed', { txHash, inclusionStatus: 'unverifiable' }]);
    assert.match(task.error ?? '', /inclusion unverifiable/);
  });

  describe('pending', () => {
    simulatorOnly('the same id again looks for the transaction that was sent, run + 1', async () => {
      const [node, sidecar] = await newNode({ transactions: { pendingRuns: 2 } });
      const id = await sidecar.submit('gov-param-change', CHANGE);
      const seen: TaskView[] = [await sidecar.ended(id)];
      while (seen.length < 3) {
        await sidecar.post({ id, type: 'gov-param-change', params: CHANGE });
        seen.push(await sidecar.ended(id));
      }
      const { txHash, height } = resultOf(seen[2]!);
      const pending = { txHash, inclusionStatus: 'pending' };
      assert.deepEqual(
        seen.map(({ status, run: count, result }) => [status, count, result]),
        [
          ['failed', 1, pending],
          ['failed', 2, pending],
          ['completed', 3, { txHash, height, proposalId: 101, inclusionStatus: 'committed_ok' }],
        ],
      );
      assert.equal(seen[0]?.error, `tx ${txHash} inclusion undetermined; re-check pending`);
      assert.deepEqual(node.broadcasts, [{ taskId: id, type: 'gov-param-change', params: CHANGE }]);
    });

    simulatorOnly('ends as soon as the outcome is switched', async () => {
      const [node, sidecar] = await newNode({ transactions: { outcome: 'pending' } });
      const id = await sidecar.submit('gov-vote', VOTE);
      assert.equal((await sidecar.ended(id)).status, 'failed');
      node.setTransactions({});
      await sidecar.post({ id, type: 'gov-vote', params: VOTE });
      assert.deepEqual([(await sidecar.ended(id)).status, node.broadcasts.length], ['completed', 1]);
    });
  });

  simulatorOnly('no_proposal_id: a proposal fails though it is on chain; a vote needs no id', async () => {
    const [, sidecar] = await newNode({ transactions: { outcome: 'no_proposal_id' } });
    const { status, error, result } = await run(sidecar, 'gov-param-change', CHANGE);
    const { txHash, height } = result as GovResult;
    assert.deepEqual([status, result], ['failed', { txHash, height, inclusionStatus: 'committed_ok' }]);
    assert.equal(error, `tx ${txHash} committed but minted no proposal ID (parse failure)`);
    assert.equal((await run(sidecar, 'gov-vote', VOTE)).status, 'completed');
  });

  for (const [outcome, status] of [
    ['committed_ok', 'completed'],
    ['committed_failed', 'failed'],
  ] as const) {
    simulatorOnly(`a chosen result is in a ${status} task`, async () => {
      const [node, sidecar] = await newNode({ transactions: { outcome, result: 'garbage' } });
      const results: unknown[] = [(await run(sidecar, 'gov-vote', VOTE)).result];
      for (const result of [{ txHash: 7, inclusionStatus: 'lost' }, null, undefined]) {
        node.setTransactions({ outcome, result });
        const task = await run(sidecar, 'gov-vote', VOTE);
        assert.equal(task.status, status);
        results.push(task.result);
      }
      assert.deepEqual(results, ['garbage', { txHash: 7, inclusionStatus: 'lost' }, null, undefined]);
    });
  }

  for (const outcome of ['committed_ok', 'committed_failed', 'pending', 'unverifiable', 'no_proposal_id'] as const) {
    simulatorOnly(`v0.0.56, ${outcome}: completed, and nothing is told of the transaction`, async () => {
      const [node, sidecar] = await newNode({
        sidecarVersion: 'v0.0.56',
        transactions: { outcome, result: 'garbage' },
      });
      for (const [type, params] of [
        ['gov-vote', VOTE],
        ['gov-software-upgrade', UPGRADE],
      ] as const) {
        const { status, result, error } = await run(sidecar, type, params);
        assert.deepEqual([status, result, error], ['completed', undefined, undefined]);
      }
      assert.equal(node.broadcasts.length, 2);
    });
  }

  simulatorOnly('fails and sends nothing while seid does not serve', async () => {
    const [node, sidecar] = await newNode({ faults: { neverBoot: true } });
    assert.equal((await run(sidecar, 'gov-vote', VOTE)).error, 'query local seid /status: connection refused');
    assert.deepEqual(node.broadcasts, []);
  });

  simulatorOnly('runs until the transaction is in a block', async () => {
    const [node, sidecar] = await newNode();
    const id = await beginVote(node, sidecar);
    node.setTransactions({});
    assert.equal((await sidecar.ended(id)).status, 'completed');
  });

  describe('an interruption before inclusion', () => {
    simulatorOnly('kill -9: the task runs again and finds the transaction', async () => {
      const [node, sidecar] = await newNode();
      const id = await beginVote(node, sidecar);
      node.crashSidecar();
      node.setTransactions({});
      node.startSidecar();
      const { status, run: count } = await sidecar.ended(id);
      assert.deepEqual([status, count, node.broadcasts.length], ['completed', 1, 1]);
    });

    simulatorOnly('kill -9 of v0.0.56: the task runs again and sends another transaction', async () => {
      const [node, sidecar] = await newNode({ sidecarVersion: 'v0.0.56' });
      const id = await beginVote(node, sidecar);
      node.crashSidecar();
      node.setTransactions({});
      node.startSidecar();
      const { status, run: count } = await sidecar.ended(id);
      assert.deepEqual([status, count, node.broadcasts.map(({ taskId }) => taskId)], ['completed', 1, [id, id]]);
    });

    simulatorOnly('DELETE, then the same id: finds the transaction', async () => {
      const [node, sidecar] = await newNode();
      const id = await beginVote(node, sidecar);
      assert.equal((await sidecar.send('DELETE', `/v0/tasks/${id}`)).status, 204);
      node.setTransactions({});
      await sidecar.post({ id, type: 'gov-vote', params: VOTE });
      const { status, run: count } = await sidecar.ended(id);
      assert.deepEqual([status, count, node.broadcasts.length], ['completed', 1, 1]);
    });
  });
});
