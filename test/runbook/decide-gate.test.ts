import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ChainObservation, NodeStatus } from '../../core/guard/chain-observation.ts';
import { decideGate, type GateRules } from '../../core/runbook/decide-gate.ts';
import { caseCount } from '../support/case-count.ts';
import {
  CHAIN,
  HEIGHT,
  NAMESPACE,
  READ_AT,
  chainObservation,
  chainSource,
  observedNode,
  observedValidator,
} from './made-up-chain.ts';

const rules: GateRules = {
  node: { namespace: NAMESPACE, name: 'target' },
  chainId: CHAIN,
  blocks: 20,
  maxLag: 5,
  signs: true,
  minSources: 2,
  headAtRestart: HEIGHT - 30,
};
const OLD: Partial<NodeStatus> = { firstHeight: HEIGHT, blockTimeMs: READ_AT - 60_000 };
const powers = { 1: 10, 2: 10, 3: 10 };
const sources = [chainSource('other-a', { powers }), chainSource('other-b', { powers })];
const others = [observedNode('other-a'), observedNode('other-b')];

/** What a validator that is well looks like, with a change of its own status. */
function observation(
  status: Partial<NodeStatus> | 'none' = {},
  change: Partial<ChainObservation> = {},
): ChainObservation {
  return { ...chainObservation([observedValidator('target', 1, { status }), ...others], sources), ...change };
}

const withOthers = (...nodes: readonly Partial<NodeStatus>[]): Partial<ChainObservation> => ({
  nodes: [observedValidator('target', 1), ...nodes.map((status, index) => observedNode(`other-${index}`, { status }))],
});
const signedBy = (...signers: readonly (readonly number[])[]): Partial<ChainObservation> => ({
  sources: signers.map((each, index) => chainSource(`other-${index}`, { powers, signers: each })),
});

describe('the gate of a node', () => {
  const decisions: Readonly<
    Record<string, readonly [observed: ChainObservation, change: Partial<GateRules>, decision: string]>
  > = {
    'passes a validator that is back and signs': [observation(), {}, 'passed'],
    'passes a full node that is back': [observation({}, { sources: [] }), { signs: false }, 'passed'],
    'passes a node that is as far behind as it may be': [
      observation({}, withOthers({ height: HEIGHT + 5 }, { height: HEIGHT + 5 })),
      { signs: false },
      'passed',
    ],
    'waits for an RPC that answers': [observation('none'), {}, 'NotServing'],
    'waits while the RPC reports another chain': [observation({ network: 'test-2' }), {}, 'ChainIdMismatch'],
    'waits while the node is catching up': [observation({ catchingUp: true }), {}, 'CatchingUp'],
    'waits while the node is too far behind': [
      observation({}, withOthers({ height: HEIGHT + 6 }, { height: HEIGHT + 6 })),
      {},
      'Lagging',
    ],
    'waits for blocks after the restart': [observation(), { headAtRestart: HEIGHT - 19 }, 'TooFewBlocks'],
    'waits for blocks when the head at the restart is not known yet': [
      observation(),
      { headAtRestart: undefined },
      'TooFewBlocks',
    ],
    'waits while the latest block is old': [observation(OLD), {}, 'NotFresh'],
    'waits while the latest block has no time': [observation({ blockTimeMs: undefined }), {}, 'NotFresh'],
    'waits while too few other nodes are fresh': [observation({}, withOthers({}, OLD)), {}, 'ChainDataUnavailable'],
    'waits while no other node answers': [observation({}, withOthers()), {}, 'ChainDataUnavailable'],
    'waits while nobody reports validators': [observation({}, { sources: [] }), {}, 'ChainDataUnavailable'],
    'waits for a validator that is not in the set': [observation({ address: 'FF' }), {}, 'NotInValidatorSet'],
    'waits for a validator without an address': [observation({ address: undefined }), {}, 'NotInValidatorSet'],
    'waits for a signature': [observation({}, signedBy([2, 3], [2, 3])), {}, 'NotSigning'],
    'does not count a signature that one of two sources shows': [observation({}, signedBy([1], [2])), {}, 'NotSigning'],
    'counts a signature that the one source shows which there is': [observation({}, signedBy([1])), {}, 'passed'],
    'does not count signatures from before the restart': [
      observation(),
      { headAtRestart: HEIGHT, blocks: 0 },
      'NotSigning',
    ],
    'counts no signature while the head at the restart is not known yet': [
      observation(),
      { headAtRestart: undefined, blocks: 0 },
      'NotSigning',
    ],
    'compares with the head that two nodes have, when one reports a height of its own': [
      observation({}, withOthers({}, {}, { height: 10 ** 12 })),
      {},
      'passed',
    ],
    'compares with the one other node where there is one': [
      observation({}, withOthers({})),
      { signs: false },
      'passed',
    ],
    'does not compare with nodes of other chains': [
      observation({}, withOthers({}, {}, { network: 'test-2', height: 2 * HEIGHT })),
      {},
      'passed',
    ],
    'finds a chain halted in which no node makes blocks': [
      observation(OLD, {
        nodes: withOthers(OLD, OLD).nodes?.map((node) =>
          node.name === 'target' ? observedValidator('target', 1, { status: OLD }) : node,
        ) as never,
      }),
      {},
      'halted',
    ],
    'finds a chain halted while the node is not back': [
      observation('none', { nodes: (withOthers(OLD, OLD).nodes ?? []).slice(1) }),
      {},
      'halted',
    ],
    'does not find it halted while the node itself makes blocks': [
      observation({}, withOthers(OLD, OLD)),
      {},
      'ChainDataUnavailable',
    ],
    'does not find it halted by too few nodes': [
      observation('none', { nodes: (withOthers(OLD).nodes ?? []).slice(1) }),
      {},
      'NotServing',
    ],
    'does not find it halted while an old block is followed by the next': [
      observation('none', { nodes: (withOthers({ ...OLD, firstHeight: HEIGHT - 1 }, OLD).nodes ?? []).slice(1) }),
      {},
      'NotServing',
    ],
  };
  for (const [what, [observed, change, decision]] of Object.entries(decisions)) {
    it(what, () => {
      const decided = decideGate(observed, { ...rules, ...change });
      assert.equal(decided.state === 'waiting' ? decided.reason : decided.state, decision, decided.message);
    });
  }

  it('passes no node that is behind, old or silent, whatever the others are', () => {
    const status = fc.record({
      height: fc.integer({ min: HEIGHT - 40, max: HEIGHT + 40 }),
      catchingUp: fc.boolean(),
      blockTimeMs: fc.integer({ min: READ_AT - 60_000, max: READ_AT }),
      firstHeight: fc.constant(HEIGHT - 50),
    });
    fc.assert(
      fc.property(
        status,
        fc.array(status, { minLength: 2, maxLength: 6 }),
        fc.subarray([1, 2, 3]),
        (own, all, signers) => {
          const nodes = [
            observedValidator('target', 1, { status: own }),
            ...all.map((each, index) => observedNode(`o-${index}`, { status: each })),
          ];
          const decided = decideGate(chainObservation(nodes, [chainSource('o-0', { powers, signers })]), rules);
          if (decided.state !== 'passed') return;
          const fresh = all.filter(({ catchingUp, blockTimeMs }) => !catchingUp && blockTimeMs >= READ_AT - 30_000);
          const head = fresh.map(({ height }) => height).toSorted((one, other) => other - one)[1] ?? Number.NaN;
          assert.ok(!own.catchingUp && own.blockTimeMs >= READ_AT - 30_000 && signers.includes(1));
          assert.ok(own.height >= head - rules.maxLag && own.height >= HEIGHT - 30 + rules.blocks);
        },
      ),
      { numRuns: caseCount(1_000) },
    );
  });
});
