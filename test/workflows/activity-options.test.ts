import assert from 'node:assert/strict';
import { isOutgrown } from '../../core/heartbeat-timeout.ts';
import { polling } from '../../workflows/activity-options.ts';

/** A heartbeat is repeated after this part of its timeout (activities/create-activities.ts). */
const BEAT = 0.7;

function heartbeatMs(isBounded: boolean, inFlight?: number): number {
  return Number(polling(isBounded, inFlight).heartbeatTimeout);
}

describe('the heartbeat timeout of a poll', () => {
  const cases: readonly (readonly [what: string, isBounded: boolean, inFlight: number | undefined, ms: number])[] = [
    ['10 s with an execution time, among few', true, 0, 10_000],
    ['10 s with an execution time, among many', true, 10_000, 10_000],
    ['10 s without one, among few', false, 200, 10_000],
    ['longer without one, among many', false, 1_000, 50_000],
    ['10 min without one, at most', false, 20_000, 600_000],
    ['60 s without one, when an older worker has sent the task', false, undefined, 60_000],
  ];
  for (const [what, isBounded, inFlight, milliseconds] of cases)
    it(`is ${what}`, () => assert.equal(heartbeatMs(isBounded, inFlight), milliseconds));

  it('leads to fewer than 60 heartbeats a second of 10,000 waits that began one after the other', () => {
    const timeouts: number[] = [];
    let longer = 0;
    for (let inFlight = 0; inFlight < 10_000; inFlight += 1) {
      timeouts.push(heartbeatMs(false, inFlight));
      if (inFlight % 100 > 0) continue;
      for (const [index, timeoutMs] of timeouts.entries()) {
        if (!isOutgrown(timeoutMs, inFlight)) continue;
        timeouts[index] = heartbeatMs(false, inFlight);
        longer += 1;
      }
    }
    const perSecond = timeouts.reduce((sum, timeoutMs) => sum + 1_000 / (BEAT * timeoutMs), 0);
    assert.ok(perSecond < 60, `${perSecond}`);
    // Each is a new activity in the history.
    assert.ok(longer < 10_000, `${longer}`);
  });
});
