import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { chooseSources } from '../../../activities/chain/choose-sources.ts';
import type {
  ChainCommit,
  ChainObservation,
  ChainSource,
  ObservedNode,
} from '../../../core/guard/chain-observation.ts';
import { decideGuard, type GuardDecision } from '../../../core/guard/decide-guard.ts';
import { ADDRESS_OF_NO_KEY } from '../../../core/guard/guard-situation.ts';
import { caseCount } from '../../support/case-count.ts';
import { addressOf, BLOCK_MS, CHAIN, node, NOW_MS, situationOf } from './observations.ts';

const HEAD = 100_000;
/** Most blocks that a node that reports what is so is behind. */
const LAG = 3;
/** Most blocks that what the guard reads may be behind: sources are near within 10 blocks. */
const BEHIND = 10 + LAG;
/** Who has signed no commit of so many blocks is down: the window has 10 commits. */
const SILENT_BLOCKS = 10 + BEHIND;

interface World {
  /** The target is the first. Each signs up to its last height. */
  readonly validators: readonly { readonly power: bigint; readonly silentFor: number }[];
  /** When the target got its voting power. */
  readonly targetSince: number;
  readonly upgrade: number | undefined;
  /** Whether the nodes that report what is so answer when they are asked for it. */
  readonly tellsUpgrade: boolean;
  /** How far each node that reports what is so is behind. */
  readonly lags: readonly number[];
  readonly minSources: number;
}

interface Odd {
  readonly behind: number;
  readonly ageMs: number;
  readonly signed: 'right' | 'all' | 'as at its height' | 'none';
  readonly times: 'right' | 'none' | 'now';
  readonly without: 'nothing' | 'new commits' | 'old commits' | 'the target';
  readonly upgrade: 'right' | 'none' | 'unknown' | number;
}

function timeAt(height: number): number {
  return NOW_MS - 500 - (HEAD - height) * BLOCK_MS;
}

function signersAt({ validators }: World, height: number): string[] {
  return validators.flatMap(({ silentFor }, index) => (height < HEAD - silentFor ? [addressOf(index)] : []));
}

function rightSource(world: World, name: string, height: number): ChainSource {
  const validators = world.validators.map(({ power }, index) => ({ address: addressOf(index), power: String(power) }));
  const commits = Array.from({ length: 10 }, (_, index): ChainCommit => {
    const at = height - 10 + index;
    return { height: at, timeMs: timeAt(at), hash: `hash-${at}`, signed: signersAt(world, at) };
  });
  return {
    namespace: CHAIN,
    name,
    validators: height >= world.targetSince ? validators : validators.slice(1),
    commits,
    ...(world.tellsUpgrade && {
      upgrade: world.upgrade === undefined ? 'none' : { name: 'v7', height: world.upgrade },
    }),
  };
}

function oddSource(world: World, odd: Odd, height: number): ChainSource {
  const right = rightSource(world, 'odd', height);
  const all = world.validators.map((_, index) => addressOf(index));
  const signed = { right: undefined, all, none: [], 'as at its height': signersAt(world, HEAD - odd.behind) }[
    odd.signed
  ];
  const commits = right.commits.map(({ timeMs, ...commit }) => ({
    ...commit,
    ...(signed !== undefined && { signed }),
    ...(odd.times !== 'none' && { timeMs: odd.times === 'now' ? NOW_MS : timeMs }),
  }));
  const slices = { 'new commits': commits.slice(0, 5), 'old commits': commits.slice(5) };
  return {
    ...right,
    commits: odd.without === 'new commits' || odd.without === 'old commits' ? slices[odd.without] : commits,
    validators: odd.without === 'the target' ? right.validators?.slice(1) : right.validators,
    upgrade:
      odd.upgrade === 'right'
        ? right.upgrade
        : odd.upgrade === 'unknown'
          ? undefined
          : odd.upgrade === 'none'
            ? 'none'
            : { name: 'v6', height: HEAD + odd.upgrade },
  };
}

function fullNode(name: string, height: number, ageMs = NOW_MS - timeAt(height)): ObservedNode {
  const status = { address: ADDRESS_OF_NO_KEY, firstHeight: height - 2, height, blockTimeMs: NOW_MS - ageMs };
  return node(name, status, { role: 'fullNode' });
}

function observe(world: World, odd: Odd | undefined): ChainObservation {
  const target = situationOf().target;
  const right = world.lags.map((lag, index) => fullNode(`full-${index}`, HEAD - lag));
  const nodes = [
    node(target.name, { address: addressOf(0), firstHeight: HEAD - 2, height: HEAD }),
    ...right,
    ...(odd === undefined ? [] : [fullNode('odd', HEAD - odd.behind, odd.ageMs)]),
  ];
  const { minSources } = world;
  const { sources, height } = chooseSources(nodes, { chainId: CHAIN, target, last: [], minSources, nowMs: NOW_MS });
  const observation = { chainId: CHAIN, readFromMs: NOW_MS, nodes };
  if (height === undefined) return { ...observation, sources: [] };
  const read = ({ name, status }: ObservedNode): ChainSource => {
    if (name === 'odd' && odd !== undefined) return oddSource(world, odd, height);
    const isAbove = height > (status?.height ?? 0);
    return isAbove ? { namespace: CHAIN, name, commits: [] } : rightSource(world, name, height);
  };
  return { ...observation, height, sources: sources.map(read) };
}

function decide(world: World, odd?: Odd): GuardDecision {
  const settings = { minSources: world.minSources, overridden: [] };
  return decideGuard(observe(world, odd), situationOf(), settings, NOW_MS);
}

const blocks = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.constantFrom(SILENT_BLOCKS, 30, 60, 100, 4_000) },
  { weight: 1, arbitrary: fc.nat(200) },
);
const worlds: fc.Arbitrary<World> = fc.record({
  validators: fc.array(fc.record({ power: fc.constantFrom(10n, 10n, 11n, 25n), silentFor: blocks }), {
    minLength: 4,
    maxLength: 8,
  }),
  targetSince: fc.constantFrom(1, 1, 1, HEAD - 100, HEAD - 3_000),
  upgrade: fc.option(fc.integer({ min: HEAD + 1, max: HEAD + 3_000 }), { nil: undefined, freq: 2 }),
  tellsUpgrade: fc.constantFrom(true, true, true, false),
  lags: fc.array(fc.nat(LAG), { minLength: 1, maxLength: 7 }),
  minSources: fc.constantFrom(2, 2, 3),
});
/** What is wrong in too many ways is always found: most of what the odd source reports is so. */
function mostly<Value>(right: Value, wrong: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: wrong });
}

const anyOdd = fc.record<Odd>({
  behind: fc.oneof(
    fc.constantFrom(0, 0, 1, -1, 4, 5, 6, 10, 11, 5_000, -5_000),
    fc.integer({ min: -100, max: 100 }),
    fc.integer({ min: -99_000, max: 99_000 }),
  ),
  ageMs: mostly(500, fc.integer({ min: -10_000, max: 100_000 })),
  signed: mostly<Odd['signed']>('right', fc.constantFrom('as at its height', 'all', 'none')),
  times: mostly<Odd['times']>('right', fc.constantFrom('none', 'now')),
  without: mostly<Odd['without']>('nothing', fc.constantFrom('new commits', 'old commits', 'the target')),
  upgrade: fc.oneof(
    fc.constantFrom<Odd['upgrade'][]>('right', 'none', 'unknown'),
    fc.integer({ min: -6_000, max: 6_000 }),
    fc.constant(10 ** 12),
  ),
});

describe('one source that reports what is not so', () => {
  it('lets no validator go whose chain cannot spare it', () => {
    let allowed = 0;
    fc.assert(
      fc.property(worlds, anyOdd, (world, odd) => {
        const { verdict, message, isAllowed } = decide(world, odd);
        if (!isAllowed) return;
        allowed += 1;
        assert.equal(verdict, 'Allowed', message);
        const total = world.validators.reduce((sum, { power }) => sum + power, 0n);
        const down = world.validators
          .filter((each, index) => index === 0 || each.silentFor >= SILENT_BLOCKS)
          .reduce((sum, { power }) => sum + power, 0n);
        assert.ok(3n * down < total, `${down} of ${total} is down: ${message}`);
        const away = (world.upgrade ?? Number.POSITIVE_INFINITY) - HEAD;
        assert.ok(away + BEHIND > 1_500, `an upgrade is ${away} blocks away: ${message}`);
      }),
      { numRuns: caseCount(10_000) },
    );
    // Otherwise the property would hold for a guard that holds everything back.
    assert.ok(allowed > caseCount(500), `${allowed} were allowed`);
  });

  it('changes nothing when it is only behind, and enough others are not', () => {
    const onlyBehind = fc.record<Odd>({
      behind: fc.oneof(fc.nat(100), fc.nat(99_000)),
      ageMs: fc.constant(500),
      signed: fc.constant('right'),
      times: fc.constant('right'),
      without: fc.constant('nothing'),
      upgrade: fc.constant('right'),
    });
    let allowed = 0;
    fc.assert(
      fc.property(worlds, onlyBehind, (world, odd) => {
        fc.pre(world.lags.length >= world.minSources);
        // What changes at one of the last blocks shows at one height of the sources, and not yet at another.
        const validators = world.validators.map(({ power, silentFor }) => ({
          power,
          silentFor: silentFor > SILENT_BLOCKS ? 100 : 0,
        }));
        const steady = { ...world, validators, upgrade: world.upgrade && HEAD + 700 };
        const [alone, together] = [decide(steady), decide(steady, odd)];
        assert.deepEqual(
          [together.verdict, together.numbers.riskPower],
          [alone.verdict, alone.numbers.riskPower],
          together.message,
        );
        allowed += Number(together.isAllowed);
      }),
      { numRuns: caseCount(2_000) },
    );
    assert.ok(allowed > caseCount(100), `${allowed} were allowed`);
  });
});
