import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { cancelledAfterDispatch, cancelledAfterImage, cancelledBeforeDispatch, cancelledWhileWaiting, resourceAlreadyTerminal, resourceGone } from '../../api/cancel-verdicts.ts';
import { taskKindNames } from '../../api/task-kinds.ts';
import { deserializeFailed, imageRefused, imageTimedOut, paramsBuildFailed, phaseMet, targetGone, targetMissing, targetNotInPhase, taskComplete, taskFailed, taskRefused, timedOut, unsupportedKind, waitingForPhase, workflowTerminated, type Verdict } from '../../api/verdict.ts';

const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const wait = { observed: 'Initializing', required: 'Running', timeoutMs: 300_000 };

type LastLook = Parameters<typeof timedOut>[0]['lastLook'];
const lastLooks: readonly LastLook[] = ['running', 'takenOff', 'absent', 'unconfirmed', 'unreachable'];

/** Every failure that the service can write; `words` stands where text from outside goes in. */
function failures(words: string): Readonly<Record<string, Verdict>> {
  const expired = lastLooks.flatMap((lastLook) =>
    (['yes', 'perhaps', 'no'] as const).map((sent): [string, Verdict] => [
      `timedOut ${lastLook}, sent: ${sent}`,
      timedOut({ node, timeoutMs: 600_000, sent, lastLook, problem: words }),
    ]),
  );
  return {
    unsupportedKind: unsupportedKind(words),
    paramsBuildFailed: paramsBuildFailed('spec.restartSeid', words),
    'paramsBuildFailed begun': paramsBuildFailed('spec.restartSeid', words, true),
    deserializeFailed: deserializeFailed(words),
    targetMissing: targetMissing(node),
    targetNotInPhase: targetNotInPhase(node, { ...wait, observed: words }),
    taskRefused: taskRefused(node, words),
    taskFailed: taskFailed(node, words),
    cancelledAfterDispatch: cancelledAfterDispatch('RestartSeid', taskFailed(node, words)),
    cancelledWhileWaiting: cancelledWhileWaiting(undefined, true),
    'cancelledWhileWaiting in vain': cancelledWhileWaiting(words, true),
    cancelledAfterImage: cancelledAfterImage(words),
    targetGone: targetGone(node),
    imageRefused: imageRefused(node, words),
    'imageTimedOut set': imageTimedOut({ node, timeoutMs: 1, image: words, current: words, set: true }),
    'imageTimedOut unset': imageTimedOut({ node, timeoutMs: 1, image: words, set: false }),
    cancelledBeforeDispatch: cancelledBeforeDispatch(),
    'cancelledBeforeDispatch begun': cancelledBeforeDispatch(true),
    workflowTerminated: workflowTerminated('seinodetask/arctic-1/restart-1/6d0f'),
    ...Object.fromEntries(expired),
  };
}

function assertOneLine(message: string): void {
  assert.ok(message.length <= 4096, `${message.length} characters`);
  assert.ok(message.isWellFormed());
  assert.doesNotMatch(message, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
}

describe('verdict', () => {
  for (const [name, { message }] of Object.entries(failures('the words'))) {
    it(`${name} says what happened and what to do next, in whole sentences`, () => {
      assert.match(message, /\.$/);
      assert.match(message, /\b(Create|create|Correct|Check|check|Look|look|Raise|Update|Bring) /);
    });
  }

  it('claims that nothing was done only where nobody else can have done it', () => {
    const doubtful = [
      paramsBuildFailed('spec.restartSeid', 'is bad', true),
      cancelledBeforeDispatch(true),
      ...lastLooks.map((lastLook) => timedOut({ node, timeoutMs: 1, sent: 'perhaps', lastLook })),
    ];
    for (const { message } of doubtful) {
      assert.doesNotMatch(message, /nothing/i);
      assert.match(message, /Look at the node before|Raise timeoutSeconds/);
    }
  });

  it('quotes what it was told', () => {
    const quoting = Object.entries(failures('these words')).filter(([, { message }]) => message.includes('these words'));
    const silent = Object.keys(failures('')).filter((name) => !quoting.some(([quoted]) => quoted === name));
    assert.deepEqual(silent, [
      'targetMissing',
      'cancelledWhileWaiting',
      'targetGone',
      'cancelledBeforeDispatch',
      'cancelledBeforeDispatch begun',
      'workflowTerminated',
    ]);
  });

  it('stays one bounded, printable line under a megabyte of hostile words', () => {
    const hostile = '\u001b[2J\u202e\r\n\ud800</condition>"\\ '.repeat(70_000);
    for (const { message } of Object.values(failures(hostile))) assertOneLine(message);
  });

  it('stays one printable line for any words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (words) => {
        for (const { message } of Object.values(failures(words))) assertOneLine(message);
      }),
    );
  });

  it('keeps the words of the sidecar apart when it was the sidecar that failed', () => {
    for (const verdict of [taskFailed(node, 'it\nbroke'), taskRefused(node, 'it\nbroke')]) {
      assert.equal('sidecarError' in verdict ? verdict.sidecarError : undefined, 'it broke');
    }
  });

  it('is Complete with TaskComplete for every kind', () => {
    for (const kind of taskKindNames) {
      const { phase, reason, message } = taskComplete(kind);
      assert.deepEqual([phase, reason], ['Complete', 'TaskComplete']);
      assertOneLine(message);
    }
  });

  it('does not promise that a restarted node has caught up', () => {
    assert.match(taskComplete('RestartSeid').message, /may still be catching up.*AwaitNodesAtHeight/);
  });

  const reasons: readonly (readonly [Verdict, string])[] = [
    [unsupportedKind('GovVote'), 'UnsupportedKind'],
    [paramsBuildFailed('spec.x', 'is odd'), 'ParamsBuildFailed'],
    [deserializeFailed('input: odd'), 'DeserializeFailed'],
    [targetMissing(node), 'TargetResolveFailed'],
    [targetNotInPhase(node, wait), 'TargetResolveFailed'],
    [taskRefused(node, 'unknown task type: x'), 'TaskTerminalError'],
    [taskFailed(node, 'broken'), 'TaskFailed'],
    [timedOut({ node, timeoutMs: 1, sent: 'yes', lastLook: 'running' }), 'Timeout'],
    [cancelledAfterDispatch('RestartSeid', taskComplete('RestartSeid')), 'Cancelled'],
    [cancelledWhileWaiting(undefined, false), 'Cancelled'],
    [cancelledBeforeDispatch(), 'Cancelled'],
    [resourceGone(), 'Cancelled'],
    [resourceAlreadyTerminal(), 'Cancelled'],
    [workflowTerminated('seinodetask/a/b/c'), 'WorkflowTerminated'],
  ];
  for (const [verdict, reason] of reasons) {
    it(`has reason ${reason} for "${verdict.message.slice(0, 60)}…"`, () => {
      assert.deepEqual([verdict.phase, verdict.reason], ['Failed', reason]);
    });
  }
});

describe('messages about the phase', () => {
  it('say what is waited for and how long', () => {
    assert.equal(
      waitingForPhase(node, wait),
      'SeiNode arctic-1/syncer-0-0 is in phase Initializing; waiting for Running, at most 5m0s.',
    );
    assert.match(waitingForPhase(node, { ...wait, observed: undefined }), /is in phase \(none yet\);/);
    assert.equal(phaseMet(node, 'Running'), 'SeiNode arctic-1/syncer-0-0 is in phase Running.');
  });

  it('stay one printable line for any phase that another controller writes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (observed) => assertOneLine(waitingForPhase(node, { ...wait, observed }))));
  });
});
