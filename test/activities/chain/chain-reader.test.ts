import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import type { ChainObservation, ChainSource } from '../../../core/guard/chain-observation.ts';
import { answering, startMisbehavingServer } from '../misbehaving-server.ts';
import { FakeChain, type FakeNode } from './fake-chain.ts';
import {
  addressNumber,
  CHAIN,
  NO_VALIDATOR,
  planAnswer,
  planMessage,
  validatorsAnswer,
  validatorSet,
} from './rpc-answers.ts';

const TARGET: FakeNode = { name: 'target', role: 'validator', status: { address: addressNumber(0) } };
const [ONE, TWO]: [FakeNode, FakeNode] = [{ name: 'full-1' }, { name: 'full-2' }];

function sourceNamed(observation: ChainObservation, name: string): ChainSource {
  return observation.sources.find((each) => each.name === name) ?? assert.fail(`no source ${name}`);
}

function namesOf(read: readonly { readonly name: string }[]): string[] {
  return read.map(({ name }) => name).toSorted();
}

function fullNodes(...indexes: readonly number[]) {
  return indexes.map((index) => ({ namespace: 'arctic', name: `full-${index}` }));
}

/** Sends more than any answer has, in pieces, and does not end. */
const endless: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const send = (): void => {
    if (!response.destroyed) response.write(' '.repeat(64 * 1024), () => setImmediate(send));
  };
  send();
};
const cut: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"block_height":"100"', () => response.destroy());
};

describe('the reader of a chain', () => {
  it('reads what each node says of itself', async () => {
    const nodes = [TARGET, ONE, { name: 'seed', role: 'seed' }, { name: 'stranger', specChainId: 'pacific-1' }];
    await using chain = await FakeChain.start({ nodes });
    const before = Date.now();
    const observation = await chain.read();
    assert.equal(observation.chainId, CHAIN);
    assert.ok(observation.readFromMs >= before);
    assert.equal(observation.onlyNamespace, undefined);
    const status = { firstHeight: 99, height: 100, network: CHAIN, catchingUp: false };
    assert.partialDeepStrictEqual(observation.nodes, [
      { name: 'target', role: 'validator', phase: 'Running', status: { ...status, address: addressNumber(0) } },
      { name: 'full-1', role: 'fullNode', phase: 'Running', status: { ...status, address: NO_VALIDATOR } },
      { name: 'seed', role: 'seed', phase: 'Running' },
    ]);
    assert.deepEqual(Object.keys(observation.nodes[2] ?? {}), ['namespace', 'name', 'role', 'phase']);
    assert.equal(observation.nodes.length, 3);
    const asked = chain.callsOf('status').filter((path) => /seed|stranger/.test(path));
    assert.deepEqual(asked, [], 'seeds serve no RPC');
  });

  it('reads what the others say of the chain, at the smallest of their heights', async () => {
    const other: FakeNode = { name: 'other', namespace: 'elsewhere', height: 103 };
    await using chain = await FakeChain.start({ nodes: [TARGET, ONE, other] });
    const observation = await chain.read();
    assert.equal(observation.height, 100);
    assert.deepEqual(namesOf(observation.sources), ['full-1', 'other']);
    for (const source of observation.sources) {
      assert.deepEqual(source.validators, validatorSet(4));
      assert.deepEqual(
        source.commits.map(({ height }) => height),
        [90, 91, 92, 93, 94, 95, 96, 97, 98, 99],
      );
      assert.deepEqual(source.commits[0]?.signed, [addressNumber(0), addressNumber(1)]);
      assert.deepEqual([source.upgrade, source.problem], ['none', undefined]);
    }
  });

  it('reads all pages of the validators', async () => {
    const validators = validatorSet(250);
    await using chain = await FakeChain.start({ nodes: [TARGET, ONE], validators });
    const observation = await chain.read();
    assert.deepEqual(sourceNamed(observation, 'full-1').validators, validators);
    assert.deepEqual(chain.callsOf('validators'), [
      'arctic/full-1?height=100&page=1&per_page=100',
      'arctic/full-1?height=100&page=2&per_page=100',
      'arctic/full-1?height=100&page=3&per_page=100',
    ]);
  });

  it('does not take the first page for all of them where pages cannot be asked for', async () => {
    const first = JSON.stringify(validatorsAnswer(validatorSet(31), { perPage: 30 }));
    const instead = { validators: answering(200, first) };
    await using chain = await FakeChain.start({ nodes: [TARGET, { ...ONE, instead }, TWO] });
    const observation = await chain.read();
    assert.equal(sourceNamed(observation, 'full-1').validators, undefined);
    assert.match(sourceNamed(observation, 'full-1').problem ?? '', /^validators: /);
  });

  it('asks for ten pages at most, whatever total is named', async () => {
    const one = { ...validatorsAnswer(validatorSet(1)), total: '999999' };
    const instead = { validators: answering(200, JSON.stringify(one)) };
    await using chain = await FakeChain.start({ nodes: [TARGET, { ...ONE, instead }] });
    assert.equal(sourceNamed(await chain.read(), 'full-1').validators, undefined);
    assert.equal(chain.callsOf('validators').length, 10);
  });

  it('reads fewer commits at the start of a chain', async () => {
    await using chain = await FakeChain.start({ nodes: [TARGET, { ...ONE, height: 4 }] });
    const { commits } = sourceNamed(await chain.read(), 'full-1');
    assert.deepEqual(
      commits.map(({ height }) => height),
      [1, 2, 3],
    );
  });

  it('reads the planned upgrade', async () => {
    const plan = JSON.stringify(planAnswer(planMessage('v6.3.0', 1_000)));
    await using chain = await FakeChain.start({
      nodes: [TARGET, { ...ONE, instead: { abci_query: answering(200, plan) } }],
    });
    assert.deepEqual(sourceNamed(await chain.read(), 'full-1').upgrade, { name: 'v6.3.0', height: 1_000 });
    assert.deepEqual(chain.callsOf('abci_query').map(decodeURIComponent), [
      'arctic/full-1?path="/cosmos.upgrade.v1beta1.Query/CurrentPlan"',
    ]);
  });

  for (const [what, behind] of Object.entries({
    'is catching up': { height: 50, status: { catchingUp: true } },
    'has an old block': { height: 50, status: { blockTimeMs: Date.now() - 60_000 } },
    'has the same height twice': { height: 50, status: { height: 50 } },
    'follows another chain': { height: 50, status: { network: 'pacific-1' } },
  } satisfies Record<string, Partial<FakeNode>>)) {
    it(`does not ask a node that ${what} about the chain while others follow it`, async () => {
      await using chain = await FakeChain.start({ nodes: [TARGET, ONE, { ...TWO, ...behind }] });
      const observation = await chain.read();
      assert.deepEqual([namesOf(observation.sources), observation.height], [['full-1'], 100]);
      assert.equal(observation.nodes.find(({ name }) => name === 'full-2')?.status?.height, 50);
    });
  }

  for (const [readsOfOneBlock, height, calls] of [
    [1, 100, 2],
    [3, 100, 4],
    [4, 99, 4],
  ] as const) {
    it(`reads a status ${calls} times where it has the same block ${readsOfOneBlock} times`, async () => {
      await using chain = await FakeChain.start({
        nodes: [
          { ...ONE, readsOfOneBlock },
          { ...TWO, readsOfOneBlock },
        ],
      });
      const { nodes } = await chain.read();
      for (const { name, status } of nodes) {
        assert.partialDeepStrictEqual(status, { firstHeight: 99, height });
        assert.equal(chain.callsOf('status').filter((path) => path === `arctic/${name}`).length, calls);
      }
    });
  }

  it('asks the nodes of a chain that has stopped', async () => {
    const status = { height: 100, blockTimeMs: Date.now() - 600_000 };
    await using chain = await FakeChain.start({ nodes: [TARGET, { ...ONE, status }, { ...TWO, status }] });
    const observation = await chain.read();
    assert.deepEqual([namesOf(observation.sources), observation.height], [['full-1', 'full-2'], 100]);
  });

  it('asks five nodes at most unless more are needed, the highest, and those that were taken down only where there are too few others', async () => {
    const nodes = Array.from({ length: 7 }, (_, index) => ({ name: `full-${index}`, height: 100 + index }));
    await using chain = await FakeChain.start({ nodes: [TARGET, ...nodes] });
    const observation = await chain.read({ last: fullNodes(6) });
    assert.deepEqual(namesOf(observation.sources), ['full-1', 'full-2', 'full-3', 'full-4', 'full-5']);
    assert.equal(observation.height, 101);
    const few = await chain.read({ last: fullNodes(0, 3, 4, 5, 6) });
    assert.deepEqual(namesOf(few.sources), ['full-1', 'full-2', 'full-4', 'full-5', 'full-6']);
    assert.equal(few.height, 101);
  });

  for (const [behind, names] of [
    [5, ['full-1', 'full-2', 'low']],
    [6, ['full-1', 'full-2']],
  ] as const) {
    it(`${behind > 5 ? 'leaves out' : 'asks'} a node that is ${behind} blocks below the height that enough have`, async () => {
      const high: FakeNode = { ...TWO, height: 200 };
      await using chain = await FakeChain.start({ nodes: [TARGET, ONE, high, { name: 'low', height: 100 - behind }] });
      assert.deepEqual(namesOf((await chain.read()).sources), names);
    });
  }

  it('asks as many as the guard needs', async () => {
    const nodes = Array.from({ length: 9 }, (_, index) => ({ name: `full-${index}`, height: 100 + index }));
    await using chain = await FakeChain.start({ nodes: [TARGET, ...nodes] });
    const observation = await chain.read({ minSources: 7 });
    assert.deepEqual(
      namesOf(observation.sources),
      fullNodes(2, 3, 4, 5, 6, 7, 8).map(({ name }) => name),
    );
  });

  it('has no height when no node can be asked', async () => {
    await using chain = await FakeChain.start({
      nodes: [TARGET, { ...ONE, instead: { status: answering(503, '<html>503 Service Unavailable</html>') } }],
    });
    const observation = await chain.read();
    assert.deepEqual([observation.height, observation.sources], [undefined, []]);
    const silentNode = observation.nodes.find(({ name }) => name === 'full-1');
    assert.equal(silentNode?.status, undefined);
    assert.match(silentNode?.problem ?? '', /503/);
  });

  for (const [what, listener, words] of [
    ['an error with HTTP status 200', answering(200, '{"code":-32603,"message":"Internal error","data":"no"}'), /no/],
    ['HTML of a proxy', answering(503, '<html>503 Service Unavailable</html>'), /503/],
    ['HTML with HTTP status 200', answering(200, '<html>it works</html>'), /not JSON/],
    ['null', answering(200, 'null'), /null/],
    ['nothing', answering(204), /204/],
    ['an answer that is too large', answering(200, `"${'x'.repeat(300 * 1024)}"`), /bytes/],
    ['an answer without an end', endless, /bytes/],
    ['an answer that is cut', cut, /./],
  ] as const) {
    it(`leaves unset what is answered with ${what}, and keeps the rest`, async () => {
      await using chain = await FakeChain.start({
        nodes: [
          TARGET,
          { ...ONE, instead: { validators: listener } },
          { ...TWO, instead: { commit: listener, abci_query: listener } },
        ],
      });
      const observation = await chain.read();
      const { problem: problemOfOne = '', ...one } = sourceNamed(observation, 'full-1');
      assert.deepEqual(one, { namespace: 'arctic', name: 'full-1', commits: [] });
      assert.match(problemOfOne, words);
      const { problem: problemOfTwo = '', ...two } = sourceNamed(observation, 'full-2');
      assert.deepEqual(two, { namespace: 'arctic', name: 'full-2', validators: validatorSet(4), commits: [] });
      assert.match(problemOfTwo, words);
    });
  }

  it('waits for no answer for long, and asks no more of a node without validators', async () => {
    const instead: FakeNode['instead'] = { validators: () => {} };
    await using chain = await FakeChain.start({ nodes: [TARGET, { ...ONE, instead }, TWO] });
    const observation = await chain.read();
    assert.match(sourceNamed(observation, 'full-1').problem ?? '', /^validators: .*within/);
    assert.equal(sourceNamed(observation, 'full-2').commits.length, 10);
    assert.deepEqual(
      chain.callsOf('commit').filter((path) => path.startsWith('arctic/full-1')),
      [],
    );
  });

  it('follows no redirect', async () => {
    await using elsewhere = await startMisbehavingServer(answering(200, JSON.stringify(planAnswer())));
    const redirect = answering(307, '', { location: `${elsewhere.url}/` });
    const instead = { commit: redirect, abci_query: redirect };
    await using chain = await FakeChain.start({
      nodes: [TARGET, { ...ONE, instead }, { ...TWO, instead: { status: redirect } }],
    });
    const observation = await chain.read();
    assert.deepEqual(
      [namesOf(observation.sources), sourceNamed(observation, 'full-1').upgrade],
      [['full-1'], undefined],
    );
    assert.deepEqual(elsewhere.received, []);
  });

  it('lists the namespace of the target alone when it may not list all, and says so', async () => {
    const nodes = [TARGET, ONE, { ...TWO, namespace: 'elsewhere' }];
    await using chain = await FakeChain.start({
      nodes,
      listStatus: (namespace) => (namespace === undefined ? 403 : 200),
    });
    const observation = await chain.read();
    assert.equal(observation.onlyNamespace, 'arctic');
    assert.deepEqual(namesOf(observation.nodes), ['full-1', 'target']);
  });

  for (const [status, code] of [
    [403, 'KUBERNETES_FORBIDDEN'],
    [500, 'KUBERNETES_SERVER_ERROR'],
  ] as const) {
    it(`fails when the API server answers every list with ${status}`, async () => {
      await using chain = await FakeChain.start({ nodes: [TARGET], listStatus: () => status });
      await assert.rejects(chain.read(), { code });
    });
  }

  it('knows the target also when its SeiNode names another chain', async () => {
    await using chain = await FakeChain.start({ nodes: [{ ...TARGET, specChainId: 'pacific-1' }, ONE] });
    assert.deepEqual(namesOf((await chain.read()).nodes), ['full-1', 'target']);
  });

  it('ends when it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const instead: FakeNode['instead'] = { validators: () => controller.abort(reason) };
    await using chain = await FakeChain.start({ nodes: [TARGET, { ...ONE, instead }] });
    await assert.rejects(chain.read({ signal: controller.signal }), reason);
  });
});
