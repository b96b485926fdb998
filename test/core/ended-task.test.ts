import assert from 'node:assert/strict';
import { wasSeenToEnd } from '../../core/ended-task.ts';
import { afterPoll, type PollEnd, type Situation } from '../../core/next-step.ts';

const sent: Omit<Situation, 'kind'> = { sent: 'yes', isCancelled: false, isBounded: true };
const cancelled = { ...sent, isCancelled: true };

/** What the end says that this poll leads to. */
function seen(kind: 'RestartSeid' | 'UpdateNodeImage', polled: PollEnd, situation = sent): boolean {
  const step = afterPoll(polled, { kind, ...situation });
  return step.do === 'end' ? wasSeenToEnd(kind, step.end) : assert.fail(`the task continues: ${step.do}`);
}

describe('what was sent to a node', () => {
  it('is seen to end in a report, also of a task that is cancelled', () => {
    assert.ok(seen('RestartSeid', { state: 'completed' }, cancelled));
    assert.ok(seen('RestartSeid', { state: 'failed', error: 'it broke' }));
    assert.ok(seen('UpdateNodeImage', { state: 'completed' }));
  });

  it('is not seen to end when the watch ends before it', () => {
    assert.ok(!seen('UpdateNodeImage', { state: 'interrupted' }, cancelled));
    for (const kind of ['RestartSeid', 'UpdateNodeImage'] as const)
      for (const state of ['deadline', 'lost', 'gone', 'absent'] as const) assert.ok(!seen(kind, { state }), state);
  });

  it('is not seen to end when another image replaces one that may still roll out', () =>
    assert.ok(!seen('UpdateNodeImage', { state: 'failed', error: 'another image was set' })));
});
