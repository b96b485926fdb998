import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { PermitLine } from '../../activities/permit-line.ts';
import { holderText, permitIdOf, turnDelay } from '../../api/node-permit.ts';
import { waitingInQueue } from '../../api/queueing.ts';
import { restartAllowedAt, sidecarActivity, sidecarTaskListSchema, signalLaterText } from '../../api/sidecar-activity.ts';

const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const restart = (id: string, status: string, completedAt?: string) => ({ id, type: 'restart-seid', status, completedAt });
const OWN = '00000000-0000-5000-8000-000000000001';

describe('the permit of a node', () => {
  it('has an id of its own for each node of each cluster', () => {
    assert.equal(permitIdOf('c', node), 'seinode-permit/c/arctic-1/syncer-0-0');
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/);
    const place = fc.tuple(label, label, label);
    fc.assert(
      fc.property(place, place, ([cluster, namespace, name], other) => {
        const same = JSON.stringify([cluster, namespace, name]) === JSON.stringify(other);
        assert.equal(permitIdOf(cluster, { namespace, name }) === permitIdOf(other[0], { namespace: other[1], name: other[2] }), same);
      }),
    );
  });

  it('names its holder as people know it', () => {
    assert.equal(holderText('seinodetask/arctic-1/restart-1/uid'), 'SeiNodeTask restart-1');
    assert.equal(holderText('weekly/restart'), 'workflow weekly/restart');
    assert.equal(holderText(undefined), 'somebody who took its permit by hand');
  });
});

describe('the line for a permit', () => {
  it('has those in front who have waited longest, whenever they joined and whoever leaves', () => {
    const waiter = fc.record({ sinceMs: fc.nat(1_000), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(waiter, { maxLength: 20 }), (waiters) => {
        const line = new PermitLine();
        const joined = waiters.map(({ sinceMs, leaves }) => ({ place: line.join('p', sinceMs), sinceMs, leaves }));
        for (const { place, leaves } of joined) if (leaves) place.leave();
        const left = joined.filter(({ leaves }) => !leaves).toSorted((a, b) => a.place.position - b.place.position);
        assert.deepEqual(left.map(({ place }) => place.position), left.map((_, index) => index));
        assert.deepEqual(left.map(({ sinceMs }) => sinceMs), left.map(({ sinceMs }) => sinceMs).toSorted((a, b) => a - b));
      }),
    );
  });

  it('is another one for each permit', () => {
    const line = new PermitLine();
    line.join('a', 0);
    assert.equal(line.join('b', 5).position, 0);
  });

  it('lets those try sooner who stand further in front, and of two in front the one who has waited longer', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(10_000_000), fc.nat(10_000_000), (position, waitedMs, otherMs) => {
        assert.ok(turnDelay(position, waitedMs) < turnDelay(position + 1, otherMs));
        if (waitedMs > otherMs) assert.ok(turnDelay(position, waitedMs) < turnDelay(position, otherMs));
      }),
    );
  });
});

describe("what is read from the sidecar's list", () => {
  it('is a restart that is going on under another id', () => {
    assert.equal(sidecarActivity([restart(OWN, 'running'), restart('x', 'running')], OWN).restarting, 'x');
    assert.deepEqual(sidecarActivity([restart(OWN, 'running')], OWN), {});
    assert.equal(sidecarActivity([restart('x', 'completed'), { id: 'y', type: 'mark-ready', status: 'running' }], OWN).restarting, undefined);
  });

  it('is the end of the last restart, failed ones included', () => {
    const tasks = [restart('a', 'completed', '2026-11-24T00:00:05.123456789Z'), restart('b', 'failed', '2026-11-24T00:00:09Z'), restart('c', 'completed', 'soon')];
    assert.equal(sidecarActivity(tasks, OWN).lastRestartEndedAtMs, Date.parse('2026-11-24T00:00:09Z'));
  });

  it('is a wait that will send SIGTERM to seid, with what came from outside made safe to show', () => {
    const wait = { id: 'w\u001b[31m', type: 'await-condition', status: 'running', params: { action: 'SIGTERM_SEID', targetHeight: 7 } };
    const told = signalLaterText(sidecarActivity([wait], OWN)) ?? '';
    assert.match(told, /waits for height 7 and then sends SIGTERM/);
    assert.ok(!told.includes('\u001b'));
    assert.equal(signalLaterText(sidecarActivity([{ ...wait, status: 'completed' }, { ...wait, params: {} }], OWN)), undefined);
  });

  it('takes fields that the contract does not know, and refuses what is no list of tasks', () => {
    assert.ok(sidecarTaskListSchema.safeParse([{ id: 'a', type: 'new', status: 'paused', params: 'odd', run: 1 }]).success);
    assert.ok(!sidecarTaskListSchema.safeParse({ tasks: [] }).success);
    assert.ok(!sidecarTaskListSchema.safeParse([{ id: 1 }]).success);
  });
});

describe('spec.minSecondsBetweenRestarts', () => {
  it('never keeps a restart back for longer than it says, whatever the clock of the node', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e13 }), fc.nat(1e7), fc.nat(1e12), (lastRestartEndedAtMs, intervalMs, nowMs) => {
        const allowedAtMs = restartAllowedAt({ lastRestartEndedAtMs }, intervalMs, nowMs);
        if (allowedAtMs === undefined) return assert.ok(lastRestartEndedAtMs + intervalMs <= nowMs || intervalMs === 0);
        assert.ok(allowedAtMs > nowMs && allowedAtMs <= nowMs + intervalMs);
        assert.ok(allowedAtMs >= Math.min(lastRestartEndedAtMs + intervalMs, nowMs + intervalMs));
      }),
    );
  });

  it('is over at once where nothing was restarted', () => {
    assert.equal(restartAllowedAt({}, 60_000, 0), undefined);
  });
});

describe('the message of a task that waits for its node', () => {
  it('says what it waits for, and how long at most', () => {
    assert.equal(waitingInQueue(node, { by: 'permit', holder: 'SeiNodeTask a' }, 90_000), 'SeiNode arctic-1/syncer-0-0 is busy with SeiNodeTask a; waiting for it to end, at most 1m30s.');
    assert.equal(waitingInQueue(node, { by: 'restart', taskId: 'x' }, undefined), 'The sidecar of SeiNode arctic-1/syncer-0-0 is at a restart of its own, task x; waiting for it to end.');
    assert.equal(
      waitingInQueue(node, { by: 'interval', intervalMs: 60_000, freeAtMs: Date.parse('2026-11-24T00:00:09Z') }, undefined),
      'SeiNode arctic-1/syncer-0-0 was restarted less than 1m0s ago (spec.minSecondsBetweenRestarts); waiting until 2026-11-24T00:00:09Z.',
    );
  });
});
