import { asCommanded } from '../../chaos/invariants/as-commanded.ts';
import { heldUntilGated } from '../../chaos/invariants/held-until-gated.ts';
import { noWorkflowError } from '../../chaos/invariants/no-workflow-error.ts';
import { rollingRestartEnds } from '../../chaos/invariants/rolling-restart-ends.ts';
import { sentOnce } from '../../chaos/invariants/sent-once.ts';
import { startsAllowed } from '../../chaos/invariants/starts-allowed.ts';
import { triesAsClaimed } from '../../chaos/invariants/tries-as-claimed.ts';
import { assertViolations } from './assert-violations.ts';
import {
  answered,
  claimed,
  commanded,
  complete,
  madeUpTry,
  planned,
  rollingRun,
  runbookAt,
} from './made-up-rolling-restart.ts';
import { began, journal, madeUpNode, over, START } from './made-up-run.ts';

const endingAs = (...end: Parameters<typeof runbookAt>) =>
  rollingRun({ states: [runbookAt(1, 'Running'), runbookAt(...end)] });

describe('every runbook reaches exactly one end', () => {
  it('holds where it does', () => assertViolations(rollingRestartEnds, rollingRun()));
  it('holds where it is deleted first', () =>
    assertViolations(rollingRestartEnds, rollingRun({ states: [runbookAt(1, 'Running')], deletedAt: START })));
  it('fails on one that hangs', () =>
    assertViolations(
      rollingRestartEnds,
      rollingRun({ states: [runbookAt(1, 'NeedsOperator')] }),
      /runbook rolling-1 never reached its end; its status is .*NeedsOperator/,
    ));
  it('fails on a second end', () =>
    assertViolations(
      rollingRestartEnds,
      rollingRun({ states: [complete, runbookAt(21, 'Failed', { reason: 'WorkflowTerminated' })] }),
      /was Complete\/RunbookComplete, and then its status changed to Failed\/WorkflowTerminated/,
    ));
  it('fails on a status that goes back', () =>
    assertViolations(
      rollingRestartEnds,
      rollingRun({ states: [runbookAt(5, 'Running'), runbookAt(6, 'Running', { revision: 4 }), complete] }),
      /went back from revision 5 to 4/,
    ));
  it('fails on a spec that is refused without reason', () =>
    assertViolations(
      rollingRestartEnds,
      endingAs(2, 'Failed', { reason: 'InvalidSpec', message: 'No.' }),
      /is Failed\/InvalidSpec \(No\.\)/,
    ));
  it('fails on one that is not refused', () =>
    assertViolations(
      rollingRestartEnds,
      rollingRun({ planned: { ...planned, isInvalid: true } }),
      /is Complete\/RunbookComplete/,
    ));
});

const second = madeUpTry('two', [10, 18]);
const claiming = (nodes: Parameters<typeof claimed>[], more: Parameters<typeof rollingRun>[0] = {}) =>
  rollingRun({ states: [runbookAt(20, 'Complete', { nodes: nodes.map((node) => claimed(...node)) })], ...more });

describe('a runbook restarted what its status claims', () => {
  it('holds where it did', () => assertViolations(triesAsClaimed, rollingRun()));
  it('fails on a node that was not restarted', () =>
    assertViolations(
      triesAsClaimed,
      rollingRun({}, { nodes: [madeUpNode([], { name: 'one' }), madeUpNode([], { name: 'two' })] }),
      /claims that one is complete, and its sidecar had not/,
      /claims that two is complete/,
    ));
  it('fails on a restart that failed', () =>
    assertViolations(
      triesAsClaimed,
      rollingRun(
        { tries: [madeUpTry('one', [2, 8])], states: [runbookAt(20, 'Complete', { nodes: [claimed('one')] })] },
        { nodes: [madeUpNode(journal([3, began('one-1')], [4, over('failed', 'one-1')]), { name: 'one' })] },
      ),
      /claims that one is complete, and its sidecar had not/,
    ));
  it('fails on a try that it does not claim', () =>
    assertViolations(
      triesAsClaimed,
      claiming([['one'], ['two', { phase: 'Skipped', tries: 0 }]]),
      /claims 0 tries at two, and made 1/,
    ));
  it('holds for a try that was given up before anything was sent, and is not claimed', () =>
    assertViolations(
      triesAsClaimed,
      rollingRun({
        tries: [madeUpTry('one', [2, 8]), madeUpTry('two', [9, 10], { taskId: 'unsent', isHeld: true }), second],
      }),
    ));
  it('fails on a try that was given up although it was sent', () =>
    assertViolations(
      triesAsClaimed,
      rollingRun({
        tries: [madeUpTry('one', [2, 8]), madeUpTry('one', [1, 2], { isHeld: true }), second],
      }),
      /gave up a try at one that was sent/,
    ));
  it('fails on a node that its status does not name', () =>
    assertViolations(triesAsClaimed, claiming([['one']]), /worked on two, and its status does not say so/));
  it('fails on a node that is not its own', () =>
    assertViolations(
      triesAsClaimed,
      rollingRun({ planned: { ...planned, nodes: ['one'] } }),
      /worked on two, which is not its own/,
    ));
  it('fails on a restart that is sent to another node', () =>
    assertViolations(
      triesAsClaimed,
      claiming([['one'], ['two']], {
        tries: [madeUpTry('one', [2, 8]), madeUpTry('two', [10, 18], { taskId: 'one-1' })],
      }),
      /sent a restart of another node to one/,
      /claims that two is complete/,
    ));
  it('fails on a node that is at hand at the end', () =>
    assertViolations(
      triesAsClaimed,
      rollingRun({
        states: [runbookAt(20, 'Aborted', { nodes: [claimed('one'), claimed('two', { phase: 'Running' })] })],
      }),
      /is Aborted\/undefined, but its node two is Running/,
    ));
  it('fails on a node that is left over although it is Complete', () =>
    assertViolations(
      triesAsClaimed,
      claiming([['one'], ['two', { phase: 'Failed' }]]),
      /is Complete\/undefined, but its node two is Failed/,
    ));
  it('holds for a dry run', () =>
    assertViolations(
      triesAsClaimed,
      rollingRun({
        tries: [],
        states: [
          runbookAt(3, 'Complete', { reason: 'DryRun', nodes: [claimed('one', { phase: 'Pending', tries: 0 })] }),
        ],
      }),
    ));
  it('fails on a restart after the end', () =>
    assertViolations(
      triesAsClaimed,
      rollingRun({
        states: [runbookAt(9, 'Aborted', { nodes: [claimed('one'), claimed('two', { phase: 'Failed' })] })],
      }),
      /restarted two after its end/,
    ));
});

const twice = [madeUpTry('one', [2, 8]), madeUpTry('one', [10, 18], { count: 2, taskId: 'one-2' })];

describe('a runbook does what it was asked for', () => {
  it('holds for one try at each node', () => assertViolations(asCommanded, rollingRun()));
  it('fails on a second try', () =>
    assertViolations(asCommanded, rollingRun({ tries: twice }), /tried one 2 times, and was asked for 0 retries/));
  it('holds for a second try that somebody asked for', () =>
    assertViolations(
      asCommanded,
      rollingRun({
        tries: twice,
        states: [runbookAt(9, 'NeedsOperator', { spec: commanded('retry', 'one') }), complete],
      }),
    ));
  it('fails where it was asked for with an id that was used before', () =>
    assertViolations(
      asCommanded,
      rollingRun({
        tries: twice,
        states: [
          runbookAt(4, 'Paused', { spec: commanded('pause', undefined, 'a') }),
          runbookAt(9, 'NeedsOperator', { spec: commanded('retry', 'one', 'a') }),
          complete,
        ],
      }),
      /tried one 2 times/,
    ));
  it('fails where it was asked for at another node', () =>
    assertViolations(
      asCommanded,
      rollingRun({ tries: twice, states: [runbookAt(9, 'NeedsOperator', { spec: commanded('retry', 'two') })] }),
      /tried one 2 times/,
    ));
  it('fails on an abort that nobody asked for', () =>
    assertViolations(asCommanded, endingAs(9, 'Aborted', { reason: 'AbortedByOperator' }), /was aborted, and nobody/));
  it('fails on a node that nobody skipped', () =>
    assertViolations(
      asCommanded,
      endingAs(9, 'Complete', { nodes: [claimed('one', { phase: 'Skipped' })] }),
      /skipped one, and nobody asked for it/,
    ));
  it('holds for one in spec.skipNodes', () =>
    assertViolations(
      asCommanded,
      endingAs(9, 'Complete', { spec: { skipNodes: ['one'] }, nodes: [claimed('one', { phase: 'Skipped' })] }),
    ));
  it('fails on a workflow that is lost', () =>
    assertViolations(asCommanded, endingAs(9, 'Failed', { reason: 'WorkflowTerminated' }), /lost its workflow/));
  it('fails on an answer to another command than the first with its id', () =>
    assertViolations(
      asCommanded,
      rollingRun({
        states: [
          runbookAt(2, 'Running', { spec: commanded('pause', undefined, 'a') }),
          runbookAt(3, 'Running', { spec: commanded('abort', undefined, 'a'), ...answered('abort', undefined, 'a') }),
        ],
      }),
      /answered abort a, which was not asked for/,
    ));
});

const pausedAt = (seconds: number, more: Parameters<typeof runbookAt>[2] = {}) =>
  rollingRun({ states: [runbookAt(seconds, 'Paused', more), complete] });

describe('a runbook starts a node only when it may', () => {
  it('holds for one after the other', () => assertViolations(startsAllowed, rollingRun()));
  it('fails on one that is started during a pause', () =>
    assertViolations(startsAllowed, pausedAt(5), /started two while it was paused/));
  it('holds where somebody had written before', () =>
    assertViolations(
      startsAllowed,
      rollingRun({ states: [runbookAt(5, 'Paused'), complete], edits: [{ beganAt: START + 9000 }] }),
    ));
  it('holds where something was on its way', () =>
    assertViolations(
      startsAllowed,
      rollingRun({ states: [runbookAt(5, 'Paused'), complete], edits: [{ beganAt: START + 4000 }] }),
    ));
  it('holds where a command was not answered yet, or an edit not seen', () => {
    assertViolations(startsAllowed, pausedAt(5, { spec: commanded('resume') }));
    assertViolations(startsAllowed, pausedAt(5, { generation: 2, observedGeneration: 1 }));
  });
  it('fails where the command was answered', () =>
    assertViolations(startsAllowed, pausedAt(5, { spec: commanded('pause'), ...answered('pause') }), /started two/));
  it('fails on one that is started after an abort', () =>
    assertViolations(
      startsAllowed,
      rollingRun({ states: [runbookAt(9, 'Running', answered('abort')), complete] }),
      /started two after it was aborted/,
    ));
  it('fails on more than maxUnavailable at a time', () =>
    assertViolations(
      startsAllowed,
      rollingRun({ tries: [madeUpTry('one', [2, 11]), madeUpTry('two', [10, 18])] }),
      /had one, two down at a time; maxUnavailable is 1/,
    ));
});

/** Another restart of the first node. */
const interrupted = (seconds: number, ...again: number[]) =>
  rollingRun(
    {},
    {
      nodes: [
        madeUpNode(
          journal(
            [3, began('one-1')],
            [5, over('completed', 'one-1')],
            ...[seconds, ...again].flatMap((at, index) => [
              [at, began('other', 'restart-seid', index)] as const,
              [at + 0.5, over(again.length > index ? 'interrupted' : 'completed', 'other', index)] as const,
            ]),
          ),
          { name: 'one' },
        ),
      ],
    },
  );

describe('a node belongs to its runbook until it has passed its gate', () => {
  it('holds where nobody else works on it', () => assertViolations(heldUntilGated, rollingRun()));
  it('holds for others before and afterwards', () => {
    assertViolations(heldUntilGated, interrupted(1));
    assertViolations(heldUntilGated, interrupted(9));
  });
  it('fails on a restart between restart and gate', () =>
    assertViolations(heldUntilGated, interrupted(6), /restart-seid other began on one before it had passed the gate/));
  it('holds for what a killed sidecar does again', () => assertViolations(heldUntilGated, interrupted(1, 6)));
});

describe('of a runbook', () => {
  it('the restarts are asked for', () => assertViolations(sentOnce, rollingRun()));
  it('a restart that is not one of its tries is not', () =>
    assertViolations(sentOnce, rollingRun({ tries: [madeUpTry('one', [2, 8])] }), /two-1 ran on two, and nobody/));
  it('errors of the workflow are found', () =>
    assertViolations(noWorkflowError, rollingRun({ errors: ['[TMPRL1100]'] }), /the workflow of rolling-1 failed/));
});
