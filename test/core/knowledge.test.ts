import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { TaskObservation } from '../../api/sidecar/sidecar-task.ts';
import {
  afterAcceptance,
  afterAnswer,
  afterLostPost,
  afterSilence,
  isPending,
  knowledgeAtStart,
  type Knowledge,
  type Sent,
} from '../../core/knowledge.ts';
import { contradictoryKnowledge, transaction } from './ended-tasks.ts';

const order: readonly Sent[] = ['no', 'perhaps', 'yes'];
const inclusionStatus = fc.constantFrom(
  undefined,
  'committed_ok' as const,
  'committed_failed' as const,
  'pending' as const,
  'unverifiable' as const,
);
const result = fc.option(
  fc
    .record({ txHash: fc.constantFrom('A', 'B'), inclusionStatus })
    .map((fields) => ({ transaction: transaction(fields) })),
  { nil: {} },
);

/** What a sidecar can answer. */
const answer: fc.Arbitrary<TaskObservation> = fc.oneof(
  fc.constantFrom<TaskObservation>(
    { state: 'running' },
    { state: 'absent' },
    { state: 'unconfirmed' },
    { state: 'gone' },
  ),
  result.map((left): TaskObservation => ({ state: 'completed', ...left })),
  result.map((left): TaskObservation => ({ state: 'failed', error: 'it broke', ...left })),
);

type Happening = (knowledge: Knowledge) => Knowledge;

const happening: fc.Arbitrary<Happening> = fc.oneof(
  answer.map(
    (seen): Happening =>
      (knowledge) =>
        afterAnswer(knowledge, seen),
  ),
  fc.string().map(
    (problem): Happening =>
      (knowledge) =>
        afterSilence(knowledge, problem),
  ),
  fc.tuple(fc.string(), fc.boolean()).map(
    ([problem, arrived]): Happening =>
      (knowledge) =>
        afterLostPost(knowledge, problem, arrived),
  ),
  fc.constant<Happening>(afterAcceptance),
);
const begun = fc.option(fc.record({ taskId: fc.constant('id'), accepted: fc.boolean() }), { nil: undefined });
/** Anything that can be known. */
const anyKnowledge = fc
  .tuple(begun, fc.array(happening, { maxLength: 20 }))
  .map(([start, past]) => past.reduce((known, happens) => happens(known), knowledgeAtStart(start)));

describe('what is known of a task', () => {
  it('is at first that nothing was sent, or what others have left word of', () => {
    assert.deepEqual(knowledgeAtStart(undefined), { sent: 'no' });
    assert.deepEqual(knowledgeAtStart({ taskId: 'id', accepted: false }), { sent: 'perhaps' });
    assert.deepEqual(knowledgeAtStart({ taskId: 'id', accepted: true }), { sent: 'yes' });
  });

  it('never takes back that it was sent, or may have been', () => {
    fc.assert(
      fc.property(anyKnowledge, happening, (before, happens) => {
        assert.ok(order.indexOf(happens(before).sent) >= order.indexOf(before.sent));
      }),
      { numRuns: 1_000 },
    );
  });

  it('never contradicts itself: what was seen under our id was sent', () => {
    fc.assert(
      fc.property(anyKnowledge, (known) => assert.equal(contradictoryKnowledge('RestartSeid', known), undefined)),
      { numRuns: 1_000 },
    );
  });

  it('stays as it was: every step makes another value', () => {
    fc.assert(
      fc.property(anyKnowledge, happening, (before, happens) => {
        const copy = structuredClone(before);
        happens(Object.freeze(before));
        assert.deepEqual(before, copy);
      }),
    );
  });
});

describe('an answer', () => {
  it('ends the problem before it, and is what was seen last', () => {
    fc.assert(
      fc.property(anyKnowledge, answer, (before, seen) => {
        const known = afterAnswer(before, seen);
        assert.deepEqual([known.problem, known.seen], [undefined, seen.state]);
      }),
    );
  });

  it('means that the task was sent exactly when it is there and its end was not there before', () => {
    fc.assert(
      fc.property(anyKnowledge, answer, (before, seen) => {
        const isThere = ['running', 'completed', 'failed'].includes(seen.state);
        assert.equal(afterAnswer(before, seen).sent, isThere ? 'yes' : before.sent);
      }),
    );
    assert.deepEqual(afterAnswer({ sent: 'no' }, { state: 'completed', already: true }), {
      sent: 'no',
      seen: 'completed',
    });
  });

  it('leaves what came of the last POST, unless the task is there', () => {
    const lost = afterLostPost({ sent: 'no' }, 'no space left on device', true);
    for (const state of ['absent', 'unconfirmed', 'gone'] as const)
      assert.equal(afterAnswer(lost, { state }).lostPost, 'no space left on device');
    assert.equal(afterAnswer(lost, { state: 'running' }).lostPost, undefined);
  });

  it('says no more than that when the sidecar does not have the task: it may have forgotten it', () => {
    for (const sent of order) {
      for (const state of ['absent', 'unconfirmed', 'gone'] as const)
        assert.deepEqual(afterAnswer({ sent }, { state }), { sent, seen: state });
    }
  });

  it('leaves the transaction that was last seen pending, until another one is', () => {
    fc.assert(
      fc.property(anyKnowledge, answer, (before, seen) => {
        assert.deepEqual(afterAnswer(before, seen).pending, isPending(seen) ? seen.transaction : before.pending);
      }),
    );
  });

  it('is of a pending transaction only when the task failed with that status', () => {
    const pending = transaction({ txHash: 'A', inclusionStatus: 'pending' });
    assert.ok(isPending({ state: 'failed', error: 'not seen yet', transaction: pending }));
    assert.ok(!isPending({ state: 'completed', transaction: pending }));
    fc.assert(
      fc.property(answer, (seen) =>
        assert.equal(isPending(seen), seen.state === 'failed' && seen.transaction?.inclusionStatus === 'pending'),
      ),
    );
  });
});

describe('a question without an answer', () => {
  it('adds its problem, and leaves everything else', () => {
    fc.assert(
      fc.property(anyKnowledge, fc.string(), (before, problem) => {
        assert.deepEqual(afterSilence(before, problem), { ...before, problem });
      }),
    );
  });
});

describe('a POST', () => {
  it('that was accepted means sent and running, with no problem', () => {
    fc.assert(
      fc.property(anyKnowledge, (before) => {
        const { pending, ...known } = afterAcceptance(before);
        assert.deepEqual([known, pending], [{ sent: 'yes', seen: 'running' }, before.pending]);
      }),
    );
  });

  it('that got no answer may have arrived, unless it is known that it cannot have', () => {
    fc.assert(
      fc.property(anyKnowledge, fc.string(), fc.boolean(), (before, problem, arrived) => {
        const known = afterLostPost(before, problem, arrived);
        assert.equal(known.sent, before.sent === 'no' && arrived ? 'perhaps' : before.sent);
        assert.deepEqual(known, { ...before, problem, lostPost: problem, sent: known.sent });
      }),
    );
  });
});
