import assert from 'node:assert/strict';
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
    ['10 s without one, among few', false, 100, 10_000],
    ['longer without one, among many', false, 1_000, 60_000],
    ['2 min without one, at most', false, 10_000, 120_000],
    ['60 s without one, when an older worker has sent the task', false, undefined, 60_000],
  ];
  for (const [what, isBounded, inFlight, milliseconds] of cases)
    it(`is ${what}`, () => assert.equal(heartbeatMs(isBounded, inFlight), milliseconds));

  it('leads to fewer than 180 heartbeats a second of 10,000 waits that began one after the other', () => {
    let perSecond = 0;
    for (let inFlight = 0; inFlight < 10_000; inFlight += 1) perSecond += 1_000 / (BEAT * heartbeatMs(false, inFlight));
    assert.ok(perSecond < 180, `${perSecond}`);
  });
});
