import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { InvalidField } from '../../core/invalid-field.ts';
import { freezeTargets, type FreezeRequest, type TargetCandidate } from '../../core/runbook/freeze-targets.ts';
import { caseCount } from '../support/case-count.ts';
import { CHAIN, NAMESPACE, chainObservation, chainSource, observedNode, observedValidator } from './made-up-chain.ts';

const candidate = (name: string, facts: Partial<TargetCandidate> = {}): TargetCandidate => ({
  name,
  chainId: CHAIN,
  phase: 'Running',
  isBeingDeleted: false,
  ...facts,
});

/** Three validators of power 30, 10 and 20, and two full nodes. */
const nodes = [
  observedNode('full-b'),
  observedValidator('validator-a', 1),
  observedValidator('validator-b', 2),
  observedValidator('validator-c', 3),
  observedNode('full-a'),
];
const powers = { 1: 30, 2: 10, 3: 20 };
const source = chainSource('full-a', { powers });
const names = nodes.map(({ name }) => name);
const LISTED = { order: 'Listed' } as const;

function request(change: Partial<FreezeRequest> = {}): FreezeRequest {
  return {
    namespace: NAMESPACE,
    chainId: CHAIN,
    targets: { selector: {} },
    strategy: { order: 'Safe' },
    candidates: names.map((name) => candidate(name)),
    observation: chainObservation(nodes, [source, chainSource('full-b', { powers })]),
    ...change,
  };
}

const orderOf = (change: Partial<FreezeRequest>): string[] => freezeTargets(request(change)).map(({ name }) => name);

describe('the frozen nodes of a runbook', () => {
  it('are ordered by safety: nodes without power by name, then validators by power', () => {
    assert.deepEqual(freezeTargets(request()), [
      { name: 'full-a', isValidator: false },
      { name: 'full-b', isValidator: false },
      { name: 'validator-b', isValidator: true, power: '10' },
      { name: 'validator-c', isValidator: true, power: '20' },
      { name: 'validator-a', isValidator: true, power: '30' },
    ]);
  });

  it('are in the order of the list, without those that are excluded', () => {
    const listed = ['validator-a', 'full-b', 'validator-b'];
    const candidates = names.filter((name) => listed.includes(name)).map((name) => candidate(name));
    assert.deepEqual(orderOf({ targets: { nodes: listed }, strategy: LISTED, candidates }), listed);
    assert.deepEqual(orderOf({ targets: { nodes: listed, exclude: ['full-b'] }, strategy: LISTED, candidates }), [
      'validator-a',
      'validator-b',
    ]);
  });

  it('have validators last whose power is not known', () => {
    const observation = chainObservation(
      [...nodes.slice(0, 4), observedValidator('full-a', 4, { status: 'none' })],
      [source],
    );
    assert.equal(orderOf({ observation }).at(-1), 'full-a');
  });

  it('have no power where the sources disagree, and are validators by their SeiNodes', () => {
    const observation = chainObservation(nodes, [source, chainSource('full-b', { powers: { ...powers, 1: 31 } })]);
    const frozen = freezeTargets(request({ observation }));
    assert.deepEqual(
      frozen.filter(({ isValidator }) => isValidator).map(({ power }) => power),
      [undefined, undefined, undefined],
    );
  });

  it('have no power where a validator is not in the set', () => {
    const observation = chainObservation(nodes, [chainSource('full-a', { powers: { 1: 30 } })]);
    assert.deepEqual(
      freezeTargets(request({ observation })).filter(({ isValidator }) => isValidator),
      [{ name: 'validator-a', isValidator: true, power: '30' }],
    );
  });

  it('compare powers beyond 2^53 exactly', () => {
    const observation = chainObservation(nodes, [
      chainSource('full-a', { powers: { 1: '9007199254740993', 2: '9007199254740992', 3: '9007199254740994' } }),
    ]);
    assert.deepEqual(orderOf({ observation }).slice(2), ['validator-b', 'validator-a', 'validator-c']);
  });

  const oneOff = (name: string, facts: Partial<TargetCandidate>): Partial<FreezeRequest> => ({
    candidates: names.map((each) => candidate(each, each === name ? facts : {})),
  });
  const refused: Readonly<Record<string, readonly [change: Partial<FreezeRequest>, field: string, problem: RegExp]>> = {
    'an empty selection': [{ candidates: [] }, 'spec.targets.selector', /selects no SeiNode in namespace arctic-1$/],
    'a selection that is excluded as a whole': [
      { targets: { selector: {}, exclude: names } },
      'spec.targets.selector',
      /spec\.targets\.exclude/,
    ],
    'a node that is listed twice': [
      { targets: { nodes: ['full-a', 'full-b', 'full-a'] } },
      'spec.targets.nodes',
      /full-a twice/,
    ],
    'a node that does not exist': [
      { targets: { nodes: ['full-a', 'full-z'] } },
      'spec.targets.nodes',
      /full-z.*no such SeiNode/,
    ],
    'an exclusion of a node that is not selected': [
      { targets: { selector: {}, exclude: ['full-z'] } },
      'spec.targets.exclude',
      /full-z/,
    ],
    'a skipped node that is not selected': [{ skipNodes: ['full-z'] }, 'spec.skipNodes', /full-z/],
    'a node of another chain': [
      oneOff('full-a', { chainId: 'test-2' }),
      'spec.targets.selector',
      /full-a.*test-2.*test-1/,
    ],
    'a node without a chain': [
      oneOff('full-a', { chainId: undefined }),
      'spec.targets.selector',
      /full-a.*not set.*test-1/,
    ],
    'a node whose RPC is on another chain': [
      { observation: chainObservation([observedNode('full-a', { status: { network: 'test-2' } })]) },
      'spec.targets.selector',
      /full-a.*RPC.*test-2/,
    ],
    'a node that is being deleted': [
      oneOff('full-a', { isBeingDeleted: true }),
      'spec.targets.selector',
      /full-a.*deleted/,
    ],
    'a node that is Terminating': [
      oneOff('full-a', { phase: 'Terminating' }),
      'spec.targets.selector',
      /full-a.*deleted/,
    ],
    'a seed': [
      { observation: chainObservation([observedNode('full-a', { role: 'seed', status: 'none' })]) },
      'spec.targets.selector',
      /full-a.*seed/,
    ],
    'an order that needs a list': [{ strategy: LISTED }, 'spec.strategy.order', /spec\.targets\.nodes/],
    'a canary that is the whole fleet': [
      { strategy: { order: 'Safe', canary: { count: 5, pauseAfter: true } } },
      'spec.strategy.canary.count',
      /\(5\), got 5/,
    ],
    'more nodes than a runbook can have': [
      { candidates: Array.from({ length: 2_001 }, (_, index) => candidate(`n-${index}`)) },
      'spec.targets.selector',
      /2001.*2000/,
    ],
  };
  for (const [what, [change, field, problem]] of Object.entries(refused)) {
    it(`do not include ${what}: field and value are named`, () => {
      assert.throws(
        () => freezeTargets(request(change)),
        (error) => error instanceof InvalidField && error.field === field && problem.test(error.problem),
      );
    });
  }

  it('are each selected node once, with powers that never fall along the order', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 1n, max: 2n ** 60n }), { minLength: 1, maxLength: 30 }), (all) => {
        const validators = all.map((_, index) => observedValidator(`v-${index}`, index + 1));
        const set = Object.fromEntries(all.map((power, index) => [index + 1, `${power}`]));
        const frozen = freezeTargets(
          request({
            candidates: validators.map(({ name }) => candidate(name)),
            observation: chainObservation(validators, [chainSource('v-0', { powers: set })]),
          }),
        );
        assert.deepEqual(frozen.map(({ name }) => name).toSorted(), validators.map(({ name }) => name).toSorted());
        const order = frozen.map(({ power }) => BigInt(power ?? 0));
        assert.ok(order.every((power, index) => power >= (order[index - 1] ?? 0n)));
      }),
      { numRuns: caseCount(100) },
    );
  });
});
