import assert from 'node:assert/strict';
import { CallDeadline } from '../../lib/call-deadline.ts';
import { eventually } from '../support/eventually.ts';

describe('CallDeadline', () => {
  it('aborts with a TimeoutError when the time is over', async () => {
    using deadline = new CallDeadline(5, undefined);
    await eventually('it is over', () => deadline.signal.aborted);
    assert.equal((deadline.signal.reason as DOMException).name, 'TimeoutError');
  });

  it("aborts by the caller's signal, with its reason, also while it is paused", () => {
    const outer = new AbortController();
    using deadline = new CallDeadline(60_000, outer.signal);
    deadline.pause();
    outer.abort(new Error('enough'));
    assert.deepEqual(deadline.signal.reason, new Error('enough'));
  });

  it('has another time when it is restarted with one', async () => {
    using longer = new CallDeadline(1, undefined);
    longer.restart(60_000);
    using shorter = new CallDeadline(60_000, undefined);
    shorter.restart(5);
    await eventually('the shorter one is over', () => shorter.signal.aborted);
    assert.match(String(shorter.signal.reason), /longer than 5 ms/);
    assert.deepEqual([longer.signal.aborted, longer.milliseconds], [false, 60_000]);
  });

  it('throws the reason of a signal that is aborted already', () => {
    assert.throws(() => new CallDeadline(60_000, AbortSignal.abort(new Error('enough'))), { message: 'enough' });
  });

  it('does not abort while it is paused, or after it was disposed of', async () => {
    const outer = new AbortController();
    const paused = new CallDeadline(1, undefined);
    paused.pause();
    const disposed = new CallDeadline(1, outer.signal);
    disposed[Symbol.dispose]();
    using later = new CallDeadline(20, undefined);
    await eventually('a longer one is over', () => later.signal.aborted);
    outer.abort();
    assert.deepEqual([paused.signal.aborted, disposed.signal.aborted], [false, false]);
    paused.restart();
    await eventually('the restarted one is over', () => paused.signal.aborted);
  });
});
