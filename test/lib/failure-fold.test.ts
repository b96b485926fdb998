import assert from 'node:assert/strict';
import { RepeatedFailures } from '../../lib/repeated-failures.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

/** A clock that a test sets. */
class ManualClock {
  nowMs = 0;
  readonly failures = new RepeatedFailures(() => this.nowMs);

  /** Fails once a second for so long. @returns When a line was logged, in seconds, and what it says of the others. */
  failFor(durationMs: number, code = 'DOWN'): [atSeconds: number, notLogged: number][] {
    const lines: [number, number][] = [];
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs; this.nowMs += SECOND) {
      const { folded, notLogged = 0 } = this.failures.failed(Object.assign(new Error('no answer'), { code }));
      if (folded !== true) lines.push([this.nowMs / SECOND, notLogged]);
    }
    return lines;
  }
}

describe('repeated failures', () => {
  let clock: ManualClock;
  beforeEach(() => (clock = new ManualClock()));

  it('are logged at once, then at growing intervals up to 10 min, with the number of those in between', () => {
    assert.deepEqual(clock.failFor(40 * MINUTE), [
      [0, 0],
      [30, 29],
      [90, 59],
      [210, 119],
      [450, 239],
      [930, 479],
      [1530, 599],
      [2130, 599],
    ]);
  });

  it('are told apart by their code', () => {
    clock.failFor(5 * SECOND);
    assert.deepEqual(clock.failFor(5 * SECOND, 'FORBIDDEN'), [[5, 0]]);
    assert.deepEqual(clock.failFor(5 * SECOND), []);
  });

  it('end with one line that counts all of them', () => {
    clock.failFor(45 * SECOND);
    assert.deepEqual(clock.failures.recovered(), { failures: 45, failingMs: 45 * SECOND });
    assert.equal(clock.failures.recovered(), undefined);
    assert.equal(clock.failures.lastError, undefined);
  });

  it('end without a line when none was logged', () => {
    assert.equal(clock.failures.recovered(), undefined);
  });

  it('that alternate with success are logged at most twice in 30 s', () => {
    let lines = 0;
    for (let second = 0; second < 300; second += 1) {
      lines += clock.failFor(SECOND).length;
      if (clock.failures.recovered() !== undefined) lines += 1;
    }
    assert.ok(lines <= 20, String(lines));
    assert.ok(lines >= 10, String(lines));
  });

  it('are new after a long silence, without a recovery', () => {
    clock.failFor(5 * MINUTE);
    clock.nowMs += 30 * MINUTE;
    const { failures, folded } = clock.failures.failed(Object.assign(new Error('no answer'), { code: 'DOWN' }));
    assert.deepEqual([failures, folded], [1, undefined]);
  });

  it('are logged at once after a recovery, if the last line is older than 30 s', () => {
    clock.failFor(20 * MINUTE);
    clock.failures.recovered();
    clock.nowMs += MINUTE;
    assert.equal(clock.failFor(SECOND).length, 1);
  });

  it('say when the next try is, and since when it fails', () => {
    clock.failFor(2 * SECOND);
    const { error, ...report } = clock.failures.failed('no answer', 1_500.4, 'DOWN');
    assert.equal(error.message, 'no answer');
    assert.deepEqual(report, { failures: 3, notLogged: 1, failingMs: 2 * SECOND, retryInMs: 1_500, folded: true });
  });
});
