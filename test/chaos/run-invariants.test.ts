import { enoughFaults } from '../../chaos/invariants/enough-faults.ts';
import { noOrphanAwaited } from '../../chaos/invariants/no-orphan-awaited.ts';
import { noWaitLeft } from '../../chaos/invariants/no-wait-left.ts';
import { noWorkflowError } from '../../chaos/invariants/no-workflow-error.ts';
import { nobodyDied } from '../../chaos/invariants/nobody-died.ts';
import { nothingLeft } from '../../chaos/invariants/nothing-left.ts';
import type { Leftovers } from '../../chaos/observations.ts';
import { faultTypeNames } from '../../chaos/plan/fault-types.ts';
import { assertViolations } from './assert-violations.ts';
import {
  began,
  ended,
  journal,
  madeUpNode,
  madeUpRun,
  madeUpTask,
  madeUpWorkflow,
  over,
  START,
  stateAt,
  TASK_ID,
} from './made-up-run.ts';

const thrice = faultTypeNames.flatMap((type) =>
  Array.from({ length: 3 }, () => ({ type, target: 'x', beganAt: START, endedAt: START, tookEffect: true })),
);
const withFaults = (faults: typeof thrice) => madeUpRun({ faults });

describe('every fault took effect often enough', () => {
  it('holds for three of each', () => assertViolations(enoughFaults, withFaults(thrice)));
  it('fails on two', () =>
    assertViolations(
      enoughFaults,
      withFaults(thrice.slice(1)),
      new RegExp(`${faultTypeNames[0]} took effect 2 times, not 3`),
    ));

  it('does not count one without effect', () => {
    const [first, ...others] = thrice;
    assertViolations(
      enoughFaults,
      withFaults([...others, ...(first === undefined ? [] : [{ ...first, tookEffect: false }])]),
      /took effect 2 times/,
    );
  });
});

const left = (leftovers: Partial<Leftovers>) =>
  madeUpRun({ leftovers: { at: START, workflows: [], permits: [], expired: [], ...leftovers } });
const permit = { id: 'seinode-permit/c/chaos/node-1', node: 'node-1', holder: 'seinodetask/chaos/task-9/uid' };
const orphan = { ...permit, holderClosedAt: START + 1000 };

describe('nothing is left over', () => {
  it('holds where nothing is', () => assertViolations(nothingLeft, madeUpRun()));
  it('fails on an open workflow', () =>
    assertViolations(
      nothingLeft,
      left({ workflows: ['seinodetask/a/b/c'] }),
      /workflow seinodetask\/a\/b\/c is still open/,
    ));
  it('fails on a permit', () =>
    assertViolations(nothingLeft, left({ permits: [permit] }), /task-9\/uid still has the permit seinode-permit/));
  it('holds for a permit that a closed workflow left behind', () =>
    assertViolations(nothingLeft, left({ permits: [orphan] })));
  it('fails on a task that outlives its time to live', () =>
    assertViolations(nothingLeft, left({ expired: ['task-1'] }), /task-1 is still there/));
});

const queuedBehind = (name: string) =>
  stateAt(2, {
    phase: 'Pending',
    step: 'Queued',
    message: `SeiNode chaos/node-1 is busy with ${name}; waiting for it to end.`,
  });
const waitedUntil = (seconds: number, name = 'SeiNodeTask task-9') => ({
  ...left({ permits: [orphan] }),
  tasks: [
    madeUpTask({ states: [queuedBehind(name), stateAt(seconds, { phase: 'Failed', reason: 'TargetResolveFailed' })] }),
  ],
});

describe('nobody waits for the permit of a closed workflow', () => {
  it('holds where nobody wants the node', () => assertViolations(noOrphanAwaited, left({ permits: [orphan] })));
  it('holds where a waiter has left before its next check', () => assertViolations(noOrphanAwaited, waitedUntil(16)));
  it('holds where he waited for somebody else', () =>
    assertViolations(noOrphanAwaited, waitedUntil(60, 'SeiNodeTask task-8')));
  it('fails where it must have checked', () =>
    assertViolations(
      noOrphanAwaited,
      waitedUntil(18),
      /RestartSeid task-1 waited for seinode-permit.*which seinodetask\/chaos\/task-9\/uid had left behind/,
    ));
});

const wait = madeUpTask({ kind: 'AwaitNodesAtHeight', states: [ended('Failed', 'Cancelled', 'It was taken off.')] });
const terminated = madeUpTask({ kind: 'AwaitNodesAtHeight', workflow: madeUpWorkflow({ end: 'TERMINATED' }) });
const waiting = (...node: Parameters<typeof madeUpNode>) => madeUpRun({ tasks: [wait], nodes: [madeUpNode(...node)] });

describe('no sidecar is left waiting', () => {
  const deletion = { method: 'DELETE', path: `/v0/tasks/${TASK_ID}`, body: '', status: 204, at: START + 5000 };
  const waits = journal([1, began(TASK_ID, 'await-condition')]);

  it('holds where the wait is over', () =>
    assertViolations(noWaitLeft, waiting(journal([1, began(TASK_ID, 'await-condition')], [2, over('completed')]))));
  it('holds where it was taken off', () => assertViolations(noWaitLeft, waiting(waits, { requests: [deletion] })));
  it('holds where somebody terminated the workflow', () =>
    assertViolations(noWaitLeft, madeUpRun({ tasks: [terminated], nodes: [madeUpNode(waits)] })));

  it('fails where nobody has taken it off, whatever the status says', () =>
    assertViolations(noWaitLeft, waiting(waits), /the sidecar of node-1 still waits for task-1/));
  it('fails where it began after it was taken off', () =>
    assertViolations(noWaitLeft, waiting(waits, { requests: [{ ...deletion, at: START }] }), /still waits/));
  it('fails where the order was not answered', () =>
    assertViolations(noWaitLeft, waiting(waits, { requests: [{ ...deletion, status: null }] }), /still waits/));
  it('fails on an interrupted one, which continues with the next process', () =>
    assertViolations(
      noWaitLeft,
      waiting(journal([1, began(TASK_ID, 'await-condition')], [2, over('interrupted')])),
      /still waits/,
    ));

  it('fails where the order was not carried out', () =>
    assertViolations(noWaitLeft, waiting(waits, { requests: [{ ...deletion, status: 503 }] }), /still waits/));
});

describe('no process of the service ends by itself', () => {
  it('holds where none did', () => assertViolations(nobodyDied, madeUpRun()));
  it('fails on one', () =>
    assertViolations(
      nobodyDied,
      madeUpRun({ deaths: [{ process: 'worker-0', at: START, how: 'code 1' }] }),
      /worker-0 ended: code 1/,
    ));
});

describe('no workflow fails in a worker', () => {
  it('holds where none did', () => assertViolations(noWorkflowError, madeUpRun()));
  it('holds where a worker was paused for longer than the code of a workflow may take', () => {
    const task = madeUpTask({ workflow: madeUpWorkflow({ errors: ['Script execution timed out after 5000ms'] }) });
    assertViolations(noWorkflowError, madeUpRun({ tasks: [task] }));
  });
  it('fails on one', () => {
    const task = madeUpTask({ workflow: madeUpWorkflow({ errors: ['[TMPRL1100] Nondeterminism error'] }) });
    assertViolations(
      noWorkflowError,
      madeUpRun({ tasks: [task] }),
      /the workflow of task-1 failed in a worker: \[TMPRL1100\]/,
    );
  });
});
