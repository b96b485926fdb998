import assert from 'node:assert/strict';
import { backAtTheGate } from '../../chaos/invariants/back-at-the-gate.ts';
import { chainNotStopped } from '../../chaos/invariants/chain-not-stopped.ts';
import { lessThanAThird, mostAtRisk } from '../../chaos/invariants/power-at-risk.ts';
import type { ObservedChain, Observations } from '../../chaos/observations.ts';
import type { ValidatorAbsence } from '../../simulator/chain/validator-absences.ts';
import { assertViolations } from './assert-violations.ts';
import { commanded, runbookAt, complete, rollingRun } from './made-up-rolling-restart.ts';
import { madeUpRun, START } from './made-up-run.ts';

type Absence = readonly [name: string, power: number, reason: ValidatorAbsence['reason'], from: number, to?: number];

/** A chain with 90 voting power; times in seconds. */
function chainWith(...absences: readonly Absence[]): ObservedChain {
  return {
    totalPower: '90',
    stops: [],
    absences: absences.map(([name, power, reason, from, to]) => ({
      name,
      power: String(power),
      reason,
      fromMs: START + from * 1000,
      ...(to === undefined ? {} : { toMs: START + to * 1000 }),
    })),
  };
}

const runWith = (...absences: readonly Absence[]): Observations => madeUpRun({ chain: chainWith(...absences) });

describe('less than a third of the voting power is at risk', () => {
  it('holds for restarts of less', () =>
    assertViolations(lessThanAThird, runWith(['a', 20, 'task', 1, 9], ['b', 9, 'task', 2, 9])));
  it('holds where one is over when the next begins', () =>
    assertViolations(lessThanAThird, runWith(['a', 20, 'task', 1, 5], ['b', 20, 'task', 5, 9])));
  it('fails on exactly a third', () =>
    assertViolations(
      lessThanAThird,
      runWith(['a', 20, 'task', 1, 9], ['b', 10, 'task', 2, 9]),
      /with the restart of b, 30 of 90 voting power was at risk/,
    ));
  it('fails on one that alone has a third', () =>
    assertViolations(lessThanAThird, runWith(['a', 30, 'task', 1, 2]), /restart of a, 30 of 90/));
  it('fails on a restart on top of who was missing for long', () =>
    assertViolations(
      lessThanAThird,
      runWith(['outsider', 20, 'down', 0], ['a', 10, 'task', 30, 32]),
      /restart of a, 30 of 90/,
    ));
  it('fails on that also where one of ours is missing by itself', () =>
    assertViolations(lessThanAThird, runWith(['b', 20, 'exit', 0], ['a', 10, 'task', 31, 32]), /restart of a/));
  it('holds for one who went missing just before, or later', () =>
    assertViolations(
      lessThanAThird,
      runWith(['outsider', 20, 'down', 0], ['a', 10, 'task', 29, 60], ['b', 20, 'exit', 50, 60]),
    ));
  it('holds for a fault of any size', () => assertViolations(lessThanAThird, runWith(['a', 80, 'exit', 0, 90])));

  it('reports the most', () => {
    const { power } = mostAtRisk(chainWith(['a', 20, 'task', 1, 9], ['b', 9, 'task', 2, 9], ['c', 5, 'task', 10]));
    assert.equal(power, 29n);
    assert.equal(mostAtRisk(chainWith()).power, 0n);
  });
});

/** A stop in which validators were down, with the power of restarts among them. */
function stopped(chain: ObservedChain, taskPower: number, at: number): Observations {
  const down = chain.absences.map(({ name, power, reason }) => ({ name, address: '', power, reason }));
  const stop = { fromMs: START + at * 1000, height: 7, downPower: '40', totalPower: '90', down };
  return madeUpRun({ chain: { ...chain, stops: [{ ...stop, taskPower: String(taskPower) }] } });
}

describe('the chain never stopped because of us', () => {
  it('holds where it did not', () => assertViolations(chainNotStopped, madeUpRun()));
  it('holds where a validator died during a restart', () =>
    assertViolations(chainNotStopped, stopped(chainWith(['a', 20, 'task', 1, 9], ['b', 20, 'exit', 4]), 20, 4)));
  it('fails where restarts alone are enough', () =>
    assertViolations(
      chainNotStopped,
      stopped(chainWith(['a', 20, 'task', 1, 9], ['b', 10, 'task', 4, 9]), 30, 4),
      /stopped after block 7 with 30 of 90 voting power down for restarts; down: a \(task\), b \(task\)/,
    ));
  it('fails where the other one was missing for long', () =>
    assertViolations(
      chainNotStopped,
      stopped(chainWith(['b', 20, 'exit', 0], ['a', 20, 'task', 40, 49]), 20, 40),
      /stopped after block 7/,
    ));
});

const gated = (absence: Absence, ...states: ReturnType<typeof runbookAt>[]) =>
  rollingRun({ states: [...states, complete] }, { chain: chainWith(absence) });

describe('a node that passed its gate is back', () => {
  it('holds where it came back first', () => assertViolations(backAtTheGate, gated(['one', 9, 'task', 3, 7])));
  it('fails where it came back later', () =>
    assertViolations(backAtTheGate, gated(['one', 9, 'task', 3, 9]), /let one pass its gate while it was still down/));
  it('fails where it never came back', () => assertViolations(backAtTheGate, gated(['two', 9, 'task', 12]), /let two/));
  it('holds where somebody promoted the gate', () =>
    assertViolations(
      backAtTheGate,
      gated(['one', 9, 'task', 3, 9], runbookAt(4, 'Running', { spec: commanded('promote') })),
    ));
  it('holds where it died of something else', () => assertViolations(backAtTheGate, gated(['one', 9, 'exit', 3, 9])));
  it('holds for a later restart', () => assertViolations(backAtTheGate, gated(['one', 9, 'task', 9, 12])));
});
