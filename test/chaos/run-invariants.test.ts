import { enoughFaults } from '../../chaos/invariants/enough-faults.ts';
import { nobodyDied } from '../../chaos/invariants/nobody-died.ts';
import { nothingLeft } from '../../chaos/invariants/nothing-left.ts';
import { faultTypeNames } from '../../chaos/plan/fault-types.ts';
import { assertViolations } from './assert-violations.ts';
import { madeUpRun, START } from './made-up-run.ts';

const thrice = faultTypeNames.flatMap((type) => Array.from({ length: 3 }, () => ({ type, target: 'x', beganAt: START, endedAt: START, tookEffect: true })));
const withFaults = (faults: typeof thrice) => madeUpRun({ faults });

describe('every fault took effect often enough', () => {
  it('holds for three of each', () => assertViolations(enoughFaults, withFaults(thrice)));
  it('fails on two', () => assertViolations(enoughFaults, withFaults(thrice.slice(1)), new RegExp(`${faultTypeNames[0]} took effect 2 times, not 3`)));

  it('does not count one without effect', () => {
    const [first, ...others] = thrice;
    assertViolations(enoughFaults, withFaults([...others, ...(first === undefined ? [] : [{ ...first, tookEffect: false }])]), /took effect 2 times/);
  });
});

const left = (leftovers: { workflows?: string[]; expiredTasks?: string[] }) => madeUpRun({ leftovers: { at: START, workflows: [], expiredTasks: [], ...leftovers } });

describe('nothing is left over', () => {

  it('holds where nothing is', () => assertViolations(nothingLeft, madeUpRun()));
  it('fails on an open workflow', () => assertViolations(nothingLeft, left({ workflows: ['seinodetask/a/b/c'] }), /workflow seinodetask\/a\/b\/c is still open/));
  it('fails on a permit', () => assertViolations(nothingLeft, left({ workflows: ['seinode-permit/c/chaos/node-1'] }), /seinode-permit/));
  it('fails on a task that outlives its time to live', () => assertViolations(nothingLeft, left({ expiredTasks: ['task-1'] }), /task-1 is still there/));
});

describe('no process of the service ends by itself', () => {
  it('holds where none did', () => assertViolations(nobodyDied, madeUpRun()));
  it('fails on one', () => assertViolations(nobodyDied, madeUpRun({ deaths: [{ process: 'worker-0', at: START, how: 'code 1' }] }), /worker-0 ended by itself: code 1/));
});
