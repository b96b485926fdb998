import assert from 'node:assert/strict';
import type { ObservedNode } from '../../core/guard/chain-observation.ts';
import { decideStart, type GuardAnswer, type StartRules } from '../../core/runbook/decide-start.ts';
import { NAMESPACE, READ_AT, chainObservation, observedNode } from './made-up-chain.ts';

const rules: StartRules = { namespace: NAMESPACE, node: 'a', nodes: ['a', 'b', 'c'], running: [], slots: 1 };
/** Nothing is in the way. */
const READY = { state: 'ready', guard: { verdict: 'Allowed' } } as const;
const allowed: GuardAnswer = {
  isAllowed: true,
  message: 'Allowed.',
  numbers: { verdict: 'Allowed' },
  mayHavePower: true,
};
const refused: GuardAnswer = {
  isAllowed: false,
  message: 'At risk.',
  numbers: { verdict: 'QuorumAtRisk' },
  mayHavePower: true,
};

function decide(
  nodes: readonly ObservedNode[],
  change: Partial<StartRules> = {},
  guard: () => GuardAnswer = () => allowed,
): ReturnType<typeof decideStart> {
  return decideStart(chainObservation(nodes), { ...rules, ...change }, guard, READ_AT);
}

const well = ['a', 'b', 'c'].map((name) => observedNode(name));
const butFor = (name: string, node: ObservedNode): ObservedNode[] =>
  well.map((each) => (each.name === name ? node : each));

const notAsked = (): GuardAnswer => assert.fail('the guard was asked');

describe('the start of a node', () => {
  const down: Readonly<Record<string, ObservedNode>> = {
    'whose phase is not Running': observedNode('b', { phase: 'Failed' }),
    'without an RPC': observedNode('b', { status: 'none' }),
    'that is catching up': observedNode('b', { status: { catchingUp: true } }),
  };
  for (const [what, node] of Object.entries(down)) {
    it(`waits for another node of the runbook ${what}`, () => {
      const decision = decide(butFor('b', node));
      assert.ok(decision.state === 'waiting' && decision.obstacle.reason === 'Unavailable');
      assert.match(decision.obstacle.message, /\bb\b/);
      assert.deepEqual(decide(butFor('b', node), { slots: 2 }), READY);
    });
  }

  it('does not wait for the node itself, for one of no concern, or for one that no longer exists', () => {
    assert.deepEqual(decide(butFor('a', observedNode('a', { status: 'none' }))), READY);
    assert.deepEqual(decide([...well, observedNode('z', { status: 'none' })]), READY);
    assert.deepEqual(decide([...well, observedNode('b', { namespace: 'other', status: 'none' })]), READY);
    assert.deepEqual(decide(well.slice(0, 2)), READY);
  });

  it('counts a node at hand once, whether it looks down or not', () => {
    for (const nodes of [well, butFor('b', observedNode('b', { status: 'none' }))]) {
      assert.equal(decide(nodes, { running: ['b'] }).state, 'waiting');
      assert.deepEqual(decide(nodes, { running: ['b'], slots: 2 }), READY);
    }
  });

  it('waits for the window before anything else, and says when it opens', () => {
    const window = { timeZone: 'UTC', ranges: [{ from: '13:00', to: '14:00' }] };
    const decision = decide(butFor('b', observedNode('b', { status: 'none' })), { window }, notAsked);
    assert.ok(decision.state === 'waiting' && decision.obstacle.reason === 'OutsideWindow');
    assert.equal(decision.obstacle.untilMs, READ_AT + 3_600_000);
  });

  it('waits for other work on the node before the guard is asked, and names it', () => {
    const work = { by: 'permit', holder: 'SeiNodeRunbook nightly' } as const;
    const decision = decide(well, { work }, notAsked);
    assert.ok(decision.state === 'waiting' && decision.obstacle.reason === 'Queued');
    assert.match(decision.obstacle.message, /SeiNodeRunbook nightly\b/);
    assert.partialDeepStrictEqual(decide(butFor('b', observedNode('b', { status: 'none' })), { work }, notAsked), {
      obstacle: { reason: 'Unavailable' },
    });
  });

  it('waits for other work on the chain if the node may have power, after the guard', () => {
    const chainHolder = 'SeiNodeTask by-hand';
    assert.partialDeepStrictEqual(
      decide(well, { chainHolder }, () => refused),
      {
        obstacle: { reason: 'Guarded', message: 'At risk.' },
      },
    );
    const decision = decide(well, { chainHolder });
    assert.ok(decision.state === 'waiting' && decision.obstacle.reason === 'Guarded');
    assert.match(decision.obstacle.message, /SeiNodeTask by-hand\b/);
    const withoutPower: GuardAnswer = { ...allowed, mayHavePower: false };
    assert.equal(decide(well, { chainHolder }, () => withoutPower).state, 'ready');
  });

  it('waits for the guard, with its numbers', () => {
    const decision = decide(well, {}, () => refused);
    assert.deepEqual(decision, {
      state: 'waiting',
      obstacle: { reason: 'Guarded', message: 'At risk.' },
      guard: { verdict: 'QuorumAtRisk' },
    });
  });
});
