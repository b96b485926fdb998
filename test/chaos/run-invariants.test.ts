import { enoughFaults } from '../../chaos/invariants/enough-faults.ts';
import { noWaitLeft } from '../../chaos/invariants/no-wait-left.ts';
import { nobodyDied } from '../../chaos/invariants/nobody-died.ts';
import { nothingLeft } from '../../chaos/invariants/nothing-left.ts';
import { faultTypeNames } from '../../chaos/plan/fault-types.ts';
import { assertViolations } from './assert-violations.ts';
import { began, ended, journal, madeUpNode, madeUpRun, madeUpTask, over, START, TASK_ID } from './made-up-run.ts';

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

const wait = (message: string) => madeUpTask({ kind: 'AwaitNodesAtHeight', states: [ended('Failed', 'Cancelled', message)] });

const run = (...node: Parameters<typeof madeUpNode>) => madeUpRun({ tasks: [wait('It was taken off.')], nodes: [madeUpNode(...node)] });

describe('no sidecar is left waiting', () => {
  const deletion = { method: 'DELETE', path: `/v0/tasks/${TASK_ID}`, body: '', status: 204, at: START };
  const waits = journal([1, began(TASK_ID, 'await-condition')]);

  it('holds where the wait is over', () => assertViolations(noWaitLeft, run(journal([1, began(TASK_ID, 'await-condition')], [2, over('completed')]))));
  it('holds where it was taken off', () => assertViolations(noWaitLeft, run(waits, { requests: [deletion] })));
  it('holds where the status says that it could not be', () =>
    assertViolations(noWaitLeft, madeUpRun({ tasks: [wait('Cancelled, but the task could not be taken off the sidecar.')], nodes: [madeUpNode(waits)] })));

  it('fails where nobody has taken it off', () => assertViolations(noWaitLeft, run(waits), /the sidecar of node-1 still waits for task-1/));
  it('fails where the order was not answered', () => assertViolations(noWaitLeft, run(waits, { requests: [{ ...deletion, status: null }] }), /still waits/));
  it('fails on an interrupted one, which goes on with the next process', () =>
    assertViolations(noWaitLeft, run(journal([1, began(TASK_ID, 'await-condition')], [2, over('interrupted')])), /still waits/));

  it('fails where the order was not carried out', () => assertViolations(noWaitLeft, run(waits, { requests: [{ ...deletion, status: 503 }] }), /still waits/));
});

describe('no process of the service ends by itself', () => {
  it('holds where none did', () => assertViolations(nobodyDied, madeUpRun()));
  it('fails on one', () => assertViolations(nobodyDied, madeUpRun({ deaths: [{ process: 'worker-0', at: START, how: 'code 1' }] }), /worker-0 ended by itself: code 1/));
});
