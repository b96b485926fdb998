import assert from 'node:assert/strict';
import { assert as assertProperty, integer, nat, property } from 'fast-check';
import { nodeVerbs, runbookVerbs } from '../../api/runbook-phases.ts';
import { runbookSpecSchema } from '../../api/sei-node-runbook.ts';
import { taskKindNames } from '../../api/task-kinds.ts';
import { definitionOf, faultTypeNames } from '../../chaos/plan/fault-types.ts';
import { CONSENSUS, GUARDED_NODES } from '../../chaos/plan/guarded-chain.ts';
import { planChaos, type ChaosPlan } from '../../chaos/plan/plan-chaos.ts';
import type { PlannedFault } from '../../chaos/plan/plan-faults.ts';
import type { PlannedRollingRestart } from '../../chaos/plan/planned-rolling-restart.ts';
import type { PlannedTask } from '../../chaos/plan/planned-task.ts';
import type { PlannedWork } from '../../chaos/plan/plan-work.ts';
import { maxUnavailableOf } from '../../core/runbook/max-unavailable.ts';

const seeds = nat({ max: 0xff_ff_ff_ff });
const minutes = integer({ min: 1, max: 30 });

const faultsOf = (plan: ChaosPlan): PlannedFault[] => [...plan.faults.values()].flat();

/** What operators do within a time, in milliseconds. */
function workWithin(work: ChaosPlan['work'], milliseconds: number): PlannedWork[] {
  const drawn: PlannedWork[] = [];
  for (let elapsed = 0; elapsed < milliseconds; elapsed += drawn.at(-1)?.afterMs ?? 0) drawn.push(work.next().value);
  return drawn;
}

/** All that a plan draws, for a minute. */
const wholePlan = ({ nodes, faults, work, guardedRestarts, rollingRestarts }: ChaosPlan): unknown[] => [
  nodes,
  faults,
  ...[work, guardedRestarts, rollingRestarts].map((each) => workWithin(each, 60_000)),
];

const rollingRestartsOf = ({ rollingRestarts }: ChaosPlan, count: number): PlannedRollingRestart[] =>
  Array.from({ length: count }, () => rollingRestarts.next().value).flatMap((item) =>
    'rollingRestart' in item ? [item.rollingRestart] : [],
  );

const tasksOf = (work: readonly PlannedWork[]): PlannedTask[] =>
  work.flatMap((item) => ('task' in item ? [item.task] : []));

describe('a plan', () => {
  it('is the same for the same seed', () => {
    assertProperty(
      property(seeds, (seed) => {
        const [one, other] = [planChaos(seed, 3), planChaos(seed, 3)].map(wholePlan);
        assert.deepEqual(one, other);
      }),
      { numRuns: 20 },
    );
  });

  it('is another one for another seed', () => {
    assertProperty(
      property(seeds, (seed) => {
        const [one, other] = [planChaos(seed, 3), planChaos((seed + 1) % 2 ** 32, 3)];
        assert.notDeepEqual(one.faults, other.faults);
        assert.notDeepEqual(workWithin(one.work, 60_000), workWithin(other.work, 60_000));
        assert.notDeepEqual(rollingRestartsOf(one, 10), rollingRestartsOf(other, 10));
      }),
      { numRuns: 20 },
    );
  });

  it('has every fault at least three times, in its lane, in order and within its time', () => {
    assertProperty(
      property(seeds, minutes, (seed, long) => {
        const plan = planChaos(seed, long);
        for (const type of faultTypeNames)
          assert.ok(faultsOf(plan).filter((fault) => fault.type === type).length >= 3, type);
        for (const [lane, faults] of plan.faults) {
          assert.ok(faults.every(({ type }) => definitionOf(type).lane === lane));
          assert.deepEqual(
            faults.map(({ atMs }) => atMs),
            faults.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
          );
          assert.ok(faults.every(({ atMs }) => atMs < long * 60_000));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('never has a node in two lanes, where one fault would end the other', () => {
    assertProperty(
      property(seeds, (seed) => {
        const lanesOfNode = Map.groupBy(
          faultsOf(planChaos(seed, 3)).filter(({ target }) => target.startsWith('node-')),
          ({ target }) => target,
        );
        for (const faults of lanesOfNode.values())
          assert.equal(new Set(faults.map(({ type }) => definitionOf(type).lane)).size, 1);
      }),
      { numRuns: 50 },
    );
  });

  it('aims at no link that one bridge alone might not use', () => {
    const targets = new Set(
      faultsOf(planChaos(1, 30))
        .filter(({ type }) => type.startsWith('temporal-link'))
        .map(({ target }) => target),
    );
    assert.deepEqual(targets, new Set(['worker-0', 'worker-1', 'bridges']));
  });

  it('gives faults of nodes something to hit, on that node', () => {
    for (const { type, target, lure } of faultsOf(planChaos(1, 3))) {
      assert.equal(lure?.task.node, definitionOf(type).lane.startsWith('nodes') ? target : undefined, type);
    }
  });

  it('has all kinds, several at once on a node, all ways to cancel, and runbooks within three minutes', () => {
    assertProperty(
      property(seeds, (seed) => {
        const work = workWithin(planChaos(seed, 3).work, 180_000);
        const tasks = tasksOf(work);
        assert.deepEqual(new Set(tasks.map(({ kind }) => kind)), new Set(taskKindNames));
        assert.deepEqual(
          new Set(tasks.map(({ cancel }) => cancel?.by)),
          new Set([undefined, 'annotation', 'delete', 'terminate']),
        );
        assert.ok(work.some((item) => 'runbook' in item));
        const atOnce = work.filter((item, index) => item.afterMs <= 50 && nodeOf(item) === nodeOf(work[index - 1]));
        assert.ok(atOnce.length >= 5, `${atOnce.length} at once`);
      }),
      // Always the same seeds: of all seeds, about one in 600 draws no cancel of one way.
      { numRuns: 50, seed: 1 },
    );
  });

  it('has runbooks that can be acted on, unless they are to be refused', () => {
    const planned = rollingRestartsOf(planChaos(1, 30), 300);
    for (const { nodes, maxUnavailable, spec, isInvalid } of planned) {
      const { strategy } = runbookSpecSchema.parse(spec);
      if (isInvalid) continue;
      assert.equal(maxUnavailableOf(strategy.maxUnavailable, nodes.length), maxUnavailable);
      assert.ok((strategy.canary?.count ?? 0) < nodes.length);
    }
    assert.ok(planned.some(({ isInvalid }) => isInvalid) && planned.some(({ isDryRun }) => isDryRun));
  });

  it('has every way to steer a runbook', () => {
    const steering = rollingRestartsOf(planChaos(1, 30), 300).flatMap((each) => each.steering);
    for (const action of steering)
      if ('verb' in action) assert.equal(action.node !== undefined, nodeVerbs.includes(action.verb), action.verb);
    const ways = steering.map((action) => `${action.do} ${'verb' in action ? action.verb : ''}`);
    for (const verb of runbookVerbs)
      assert.ok(ways.includes(`command ${verb}`) && ways.includes(`repeat ${verb}`), verb);
    assert.ok(ways.includes('edit ') && ways.includes('delete '));
  });

  it('restarts nodes with voting power only with a guard', () => {
    const plan = planChaos(3, 30);
    const unguarded = [
      ...tasksOf(workWithin(plan.work, 600_000)),
      ...faultsOf(plan).flatMap(({ lure }) => lure?.task ?? []),
    ]
      .filter(({ guarded }) => guarded === undefined)
      .map(({ node }) => node);
    assert.ok(unguarded.length > 100);
    assert.ok(!unguarded.some((node) => (GUARDED_NODES as readonly string[]).includes(node)));
    assert.ok(tasksOf(workWithin(plan.guardedRestarts, 600_000)).every(({ guarded }) => guarded !== undefined));
  });

  it('has a chain on which the guard has to refuse: with the outsider, the second largest has exactly a third', () => {
    const powers = new Map(CONSENSUS.validators.map(({ name, power }) => [name, Number(power)]));
    const total = [...powers.values()].reduce((sum, power) => sum + power, 0);
    const isThird = (...names: string[]) => 3 * names.reduce((sum, name) => sum + (powers.get(name) ?? 0), 0) >= total;
    assert.ok(![...powers.keys()].some((name) => isThird(name)));
    assert.ok(!isThird('validator-0', 'validator-1'));
    assert.ok(isThird('outsider', 'validator-1') && !isThird('outsider', 'validator-2'));
    assert.equal(3 * ((powers.get('outsider') ?? 0) + (powers.get('validator-1') ?? 0)), total);
  });

  it('never uses a name twice', () => {
    const plan = planChaos(7, 30);
    const names = [
      ...tasksOf(workWithin(plan.work, 1_800_000)),
      ...tasksOf(workWithin(plan.guardedRestarts, 1_800_000)),
      ...rollingRestartsOf(plan, 1_000),
      ...faultsOf(plan).flatMap(({ lure }) => (lure === undefined ? [] : [lure.task])),
    ].map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });
});

function nodeOf(item: PlannedWork | undefined): string | undefined {
  if (item === undefined || 'rollingRestart' in item) return undefined;
  return 'task' in item ? item.task.node : item.runbook.node;
}
