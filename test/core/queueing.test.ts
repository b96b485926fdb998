import assert from 'node:assert/strict';
import { messagePattern } from '../support/message-pattern.ts';
import * as fc from 'fast-check';
import {
  obstacleBeside,
  queueTimedOut,
  waitingInQueue,
  type Obstacle,
  type RestartSighting,
} from '../../core/queueing.ts';

const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const HOUR = 3_600_000;

describe('what blocks a restart', () => {
  it('is a restart in progress under another id, whatever ended before it', () => {
    const obstacle = obstacleBeside(
      { restarting: 'x', lastRestartEndedAtMs: 5 },
      { betweenRestartsMs: 60_000, nowMs: 6 },
    );
    assert.deepEqual(obstacle, { by: 'restart', taskId: 'x' });
  });

  it('is nothing where nothing was restarted, or where no time has to pass', () => {
    assert.equal(obstacleBeside({}, { betweenRestartsMs: 60_000, nowMs: 0 }), undefined);
    assert.equal(obstacleBeside({ lastRestartEndedAtMs: 0 }, { betweenRestartsMs: 0, nowMs: 0 }), undefined);
  });
});

/** When a restart may be sent that asks again whenever it was told to, and how often it was told to wait. */
function waitsOut({
  endedAtMs,
  intervalMs,
  nowMs,
}: {
  readonly endedAtMs: number;
  readonly intervalMs: number;
  readonly nowMs: number;
}): { readonly freeAtMs: number; readonly waits: number } {
  let [now, sighting]: [number, RestartSighting | undefined] = [nowMs, undefined];
  for (let waits = 0; ; waits += 1) {
    const obstacle = obstacleBeside(
      { lastRestartEndedAtMs: endedAtMs },
      { betweenRestartsMs: intervalMs, nowMs: now, sighting },
    );
    if (obstacle === undefined) return { freeAtMs: now, waits };
    assert.ok(obstacle.by === 'interval' && obstacle.freeAtMs > now);
    [now, sighting] = [obstacle.freeAtMs, obstacle.sighting];
  }
}

describe('spec.minSecondsBetweenRestarts', () => {
  it('keeps a restart back once, and never for longer than it says, whatever the clock of the node', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e13 }), fc.nat(1e7), fc.nat(1e12), (endedAtMs, intervalMs, nowMs) => {
        const { freeAtMs, waits } = waitsOut({ endedAtMs, intervalMs, nowMs });
        assert.equal(freeAtMs, Math.max(nowMs, Math.min(endedAtMs, nowMs) + intervalMs));
        assert.equal(waits, freeAtMs > nowMs ? 1 : 0);
      }),
    );
  });

  it('does not wait out a clock that is an hour ahead', () => {
    assert.deepEqual(waitsOut({ endedAtMs: HOUR, intervalMs: 60_000, nowMs: 0 }), { freeAtMs: 60_000, waits: 1 });
  });

  it('is not shortened by a sighting from before: a restart that ended since counts from when it was first seen', () => {
    const earlier = { endedAtMs: HOUR, seenAtMs: 0 };
    const rules = { betweenRestartsMs: 60_000, nowMs: 50_000, sighting: earlier };
    assert.deepEqual(obstacleBeside({ lastRestartEndedAtMs: HOUR + 1 }, rules), {
      by: 'interval',
      intervalMs: 60_000,
      freeAtMs: 110_000,
      sighting: { endedAtMs: HOUR + 1, seenAtMs: 50_000 },
    });
    assert.deepEqual(obstacleBeside({ lastRestartEndedAtMs: HOUR }, rules), {
      by: 'interval',
      intervalMs: 60_000,
      freeAtMs: 60_000,
      sighting: earlier,
    });
  });
});

const sighting = { endedAtMs: 0, seenAtMs: 0 };
const interval: Obstacle = {
  by: 'interval',
  intervalMs: 60_000,
  freeAtMs: Date.parse('2026-11-24T00:00:09Z'),
  sighting,
};
const named = { node: 'SeiNode arctic-1/syncer-0-0', holder: 'SeiNodeTask a', taskId: 'x', interval: '1m0s' };
const obstacles: readonly Obstacle[] = [
  { by: 'permit', holder: 'SeiNodeTask a' },
  { by: 'restart', taskId: 'x' },
  interval,
];

describe('the message of a task that waits for its node', () => {
  for (const obstacle of obstacles) {
    it(`names what it waits for when that is a ${obstacle.by}, and how long at most`, () => {
      const limit = ', at most 1m30s';
      assert.match(waitingInQueue(node, obstacle, 90_000), messagePattern('Queued', obstacle.by, { ...named, limit }));
      assert.match(waitingInQueue(node, obstacle, undefined), messagePattern('Queued', obstacle.by, { limit: '' }));
    });

    it(`names at queueTimeout what still stood in the way when that is a ${obstacle.by}`, () => {
      const { phase, reason, message } = queueTimedOut(node, obstacle, { timeoutMs: 90_000 });
      assert.deepEqual([phase, reason], ['Failed', 'TargetResolveFailed']);
      const values = { ...named, timeout: '1m30s', whereabouts: 'queued' } as const;
      assert.match(message, messagePattern('TargetResolveFailed', obstacle.by, values));
    });

    it(`does not say at queueTimeout that nothing was sent of a task that others had begun: ${obstacle.by}`, () => {
      const { message } = queueTimedOut(node, obstacle, { timeoutMs: 90_000, begun: true });
      const values = { timeout: '1m30s', whereabouts: 'begunAndQueued' } as const;
      assert.match(message, messagePattern('TargetResolveFailed', obstacle.by, values));
    });
  }

  it('says until when, where that is known', () => {
    const until = '2026-11-24T00:00:09Z';
    assert.match(waitingInQueue(node, interval, undefined), messagePattern('Queued', 'interval', { until }));
  });
});
