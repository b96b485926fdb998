import assert from 'node:assert/strict';
import type { Verdict } from '../../api/temporal/task-outcome.ts';
import * as fc from 'fast-check';
import { verdictOf } from '../../core/task-verdict.ts';
import {
  deserializeFailed,
  paramsBuildFailed,
  phaseMet,
  targetGone,
  unsupportedKind,
  waitingForPhase,
} from '../../core/verdict.ts';
import { codePoint } from '../support/code-point.ts';
import { node } from './ended-tasks.ts';
import { toldTasks, toldVerdicts, unplannedVerdicts } from './told-tasks.ts';

function assertOneLine(message: string): void {
  assert.ok(message.length <= 8192, `${message.length} characters`);
  assert.ok(message.isWellFormed());
  assert.doesNotMatch(message, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
}

describe('a verdict on a task that was not planned', () => {
  const reasons: Readonly<Record<string, Verdict['reason']>> = {
    unsupportedKind: 'UnsupportedKind',
    'unsupportedKind begun': 'UnsupportedKind',
    paramsBuildFailed: 'ParamsBuildFailed',
    'paramsBuildFailed begun': 'ParamsBuildFailed',
    deserializeFailed: 'DeserializeFailed',
    'deserializeFailed begun': 'DeserializeFailed',
    targetMissing: 'TargetResolveFailed',
    targetNotInPhase: 'TargetResolveFailed',
    targetGone: 'TargetResolveFailed',
    'targetGone before it was sent': 'TargetResolveFailed',
    queueTimedOut: 'TargetResolveFailed',
    'queueTimedOut restart': 'TargetResolveFailed',
    resourceGone: 'Cancelled',
    resourceAlreadyTerminal: 'Cancelled',
    workflowCancelled: 'Cancelled',
    workflowTerminated: 'WorkflowTerminated',
  };

  for (const [name, { phase, reason, message }] of Object.entries(unplannedVerdicts('the words'))) {
    it(`${name} is a failure with the reason ${reasons[name]}`, () => {
      assert.deepEqual([phase, reason], ['Failed', reasons[name]]);
    });

    it(`${name} says what happened, in whole sentences`, () => assert.match(message, /^[A-Zs].*\.$/));

    // Nobody reads the status of a task that is gone, or that has another end already.
    if (name.startsWith('resource')) continue;
    it(`${name} says what to do next`, () =>
      assert.match(message, /\b([Cc]reate|Correct|[Cc]heck|Update|Bring|Wait) /));
  }

  const doubtful: readonly (readonly [name: string, verdict: Verdict])[] = [
    ['parameters of a begun task that cannot be built', paramsBuildFailed('spec.restartSeid', 'is bad', true)],
    ['a begun task of a kind that is not carried out here', unsupportedKind('RotateKeys', true)],
    ['a begun task whose input cannot be read', deserializeFailed('input.node: expected an object', true)],
    ['a begun task whose SeiNode is gone', targetGone(node)],
  ];
  for (const [name, { message }] of doubtful) {
    it(`does not claim that nothing was sent of ${name}`, () => {
      assert.doesNotMatch(message, /nothing/i);
      assert.match(message, /may have been sent/);
      assert.match(message, /Check the node before/);
    });
  }
});

describe('every verdict', () => {
  it('quotes what it was told', () => {
    const silent = Object.entries(unplannedVerdicts('these words')).filter(
      ([, { message }]) => !message.includes('these words'),
    );
    assert.deepEqual(
      silent.map(([name]) => name),
      [
        'targetMissing',
        'targetGone',
        'targetGone before it was sent',
        'resourceGone',
        'resourceAlreadyTerminal',
        'workflowCancelled',
        'workflowTerminated',
      ],
    );
    for (const task of toldTasks('these words')) {
      const { message } = verdictOf(task);
      assert.ok(message.includes('these words'), message);
    }
  });

  it('stays one bounded, printable line under a megabyte of hostile words', () => {
    const hostile = '\u001b[2J\u202e\r\n\ud800</condition>"\\ '.repeat(70_000);
    const told = [...toldTasks(hostile, ['GovVote'])].filter(({ cancelled }) => cancelled === undefined).map(verdictOf);
    for (const { message } of [...Object.values(unplannedVerdicts(hostile)), ...told]) assertOneLine(message);
  });

  it('stays one printable line for any words', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), (words) => {
        for (const { message } of toldVerdicts(words)) assertOneLine(message);
      }),
    );
  });

  it('keeps the words of the sidecar apart, safe to show', () => {
    const apart = [...toldTasks('it\nbroke', ['RestartSeid'])].filter(({ end }) => end.by === 'refusal').map(verdictOf);
    for (const verdict of apart)
      assert.equal(
        'sidecarError' in verdict && verdict.sidecarError,
        verdict.reason === 'TaskTerminalError' && 'it broke',
      );
    assert.ok(apart.some(({ reason }) => reason === 'TaskTerminalError'));
  });

  it('does not promise that a restarted node has caught up', () => {
    const { message } = verdictOf({
      kind: 'RestartSeid',
      node,
      payload: {},
      knowledge: { sent: 'yes', seen: 'completed' },
      end: { by: 'report', report: { state: 'completed' } },
    });
    assert.match(message, /may still be catching up.*AwaitNodesAtHeight/);
  });
});

describe('messages about the phase', () => {
  const wait = { observed: 'Initializing', required: 'Running', timeoutMs: 300_000 };

  it('say what is waited for and how long', () => {
    assert.match(
      waitingForPhase(node, wait),
      /^SeiNode arctic-1\/syncer-0-0 is in phase Initializing; waiting for Running, at most 5m0s\.$/,
    );
    assert.match(waitingForPhase(node, { ...wait, observed: undefined }), /is in phase \(none yet\);/);
    assert.match(phaseMet(node, 'Running'), /^SeiNode arctic-1\/syncer-0-0 is in phase Running\.$/);
  });

  it('stay one printable line for any phase that another controller writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint, maxLength: 300 }), (observed) =>
        assertOneLine(waitingForPhase(node, { ...wait, observed })),
      ),
    );
  });
});
