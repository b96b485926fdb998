import assert from 'node:assert/strict';
import { assert as assertProperty, integer, nat, property } from 'fast-check';
import { taskKindNames } from '../../api/task-kinds.ts';
import { definitionOf, faultTypeNames } from '../../chaos/plan/fault-types.ts';
import { planChaos, type ChaosPlan } from '../../chaos/plan/plan-chaos.ts';
import type { PlannedFault } from '../../chaos/plan/plan-faults.ts';
import type { PlannedTask } from '../../chaos/plan/planned-task.ts';
import type { PlannedWork } from '../../chaos/plan/plan-work.ts';

const seeds = nat({ max: 0xff_ff_ff_ff });
const minutes = integer({ min: 1, max: 30 });

const faultsOf = (plan: ChaosPlan): PlannedFault[] => [...plan.faults.values()].flat();

/** What operators do within a time, in milliseconds. */
function workWithin({ work }: ChaosPlan, milliseconds: number): PlannedWork[] {
  const drawn: PlannedWork[] = [];
  for (let elapsed = 0; elapsed < milliseconds; elapsed += drawn.at(-1)?.afterMs ?? 0) drawn.push(work.next().value);
  return drawn;
}

const tasksOf = (work: readonly PlannedWork[]): PlannedTask[] =>
  work.flatMap((item) => ('task' in item ? [item.task] : []));

describe('a plan', () => {
  it('is the same for the same seed', () => {
    assertProperty(
      property(seeds, (seed) => {
        const [one, other] = [planChaos(seed, 3), planChaos(seed, 3)];
        assert.deepEqual(
          [one.nodes, one.faults, workWithin(one, 60_000)],
          [other.nodes, other.faults, workWithin(other, 60_000)],
        );
      }),
      { numRuns: 20 },
    );
  });

  it('is another one for another seed', () => {
    assertProperty(
      property(seeds, (seed) => {
        const [one, other] = [planChaos(seed, 3), planChaos((seed + 1) % 2 ** 32, 3)];
        assert.notDeepEqual(one.faults, other.faults);
        assert.notDeepEqual(workWithin(one, 60_000), workWithin(other, 60_000));
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
        const work = workWithin(planChaos(seed, 3), 180_000);
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

  it('never uses a name twice', () => {
    const plan = planChaos(7, 30);
    const names = [
      ...tasksOf(workWithin(plan, 1_800_000)),
      ...faultsOf(plan).flatMap(({ lure }) => (lure === undefined ? [] : [lure.task])),
    ].map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });
});

function nodeOf(item: PlannedWork | undefined): string | undefined {
  return item && ('task' in item ? item.task.node : item.runbook.node);
}
