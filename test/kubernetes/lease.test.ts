import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  heldSpec,
  leaseSeen,
  leaseWritten,
  nextLeaseStep,
  otherSettings,
  releasedSpec,
  type Lease,
  type LeaseKnowledge,
} from '../../kubernetes/lease.ts';
import { caseCount } from '../support/case-count.ts';
import { LeaseWorld, type Clock, type Round } from './lease-world.ts';

const SEEN_MS = 1_000_000;

function leaseOf(spec: Lease['spec'], metadata: Partial<Lease['metadata']> = {}): Lease {
  return { metadata: { name: 'lease', uid: 'uid', resourceVersion: '1', ...metadata }, spec };
}

const ours = leaseOf({ holderIdentity: 'us', leaseDurationSeconds: 13 });
const theirs = leaseOf({ holderIdentity: 'them', leaseDurationSeconds: 13, renewTime: '1999-12-31T23:59:59.000000Z' });

function knowing(lease: Lease | undefined, leadsUntilMs?: number): LeaseKnowledge {
  return { identity: 'us', lease, sinceMs: SEEN_MS, leadsUntilMs };
}

describe('the decision about a lease', () => {
  const cases: [what: string, knowledge: LeaseKnowledge, afterMs: number, step: string][] = [
    ['there is none', knowing(undefined), 0, 'create'],
    ['nobody holds it', knowing(leaseOf({ leaseDurationSeconds: 1 })), 0, 'take'],
    ['its holder has no name', knowing(leaseOf({ holderIdentity: '' })), 0, 'take'],
    ['another holds it and was seen just now, however old its own times are', knowing(theirs), 0, 'wait'],
    ['another was seen 1 ms less ago than it lasts', knowing(theirs), 12_999, 'wait'],
    ['another has not been seen to renew for as long as it lasts', knowing(theirs), 13_000, 'take'],
    ['the holder chose 20 s', knowing(leaseOf({ holderIdentity: 'them', leaseDurationSeconds: 20 })), 19_999, 'wait'],
    [
      'the holder chose 20 s, and they are over',
      knowing(leaseOf({ holderIdentity: 'them', leaseDurationSeconds: 20 })),
      20_000,
      'take',
    ],
    ['the holder says not how long', knowing(leaseOf({ holderIdentity: 'them' })), 12_999, 'wait'],
    ['it names us, and we do not lead: our write had arrived, its answer had not', knowing(ours), 0, 'renew'],
    ['we lead', knowing(ours, SEEN_MS + 10_000), 9_999, 'renew'],
    ['we could not renew in time', knowing(ours, SEEN_MS + 10_000), 10_000, 'lose'],
    ['we led, and another took it', knowing(theirs, SEEN_MS + 10_000), 0, 'lose'],
    ['we led, and somebody released it', knowing(leaseOf({}), SEEN_MS + 10_000), 0, 'lose'],
    ['we led, and somebody deleted it', knowing(undefined, SEEN_MS + 10_000), 0, 'lose'],
  ];
  for (const [what, knowledge, afterMs, step] of cases) {
    it(`is ${step} when ${what}`, () => assert.equal(nextLeaseStep(knowledge, SEEN_MS + afterMs), step));
  }

  const seen: [what: string, lease: Lease | undefined, sinceMs: number][] = [
    ['is the same', { ...theirs }, SEEN_MS],
    ['was given a label', leaseOf(theirs.spec, { resourceVersion: '2', labels: { a: 'b' } }), SEEN_MS],
    ['was renewed', leaseOf({ ...theirs.spec, renewTime: '1999-12-31T23:59:58.000000Z' }), SEEN_MS + 5],
    ['was created again', leaseOf(theirs.spec, { uid: 'another' }), SEEN_MS + 5],
    ['is gone', undefined, SEEN_MS + 5],
  ];
  for (const [what, lease, sinceMs] of seen) {
    it(`counts from ${sinceMs === SEEN_MS ? 'before' : 'now on'} when the lease ${what}`, () => {
      assert.deepEqual(leaseSeen(knowing(theirs), lease, SEEN_MS + 5), { ...knowing(lease), sinceMs });
    });
  }

  it('leads for 10 s from when the write was sent', () => {
    assert.equal(leaseWritten(knowing(theirs), ours, SEEN_MS).leadsUntilMs, SEEN_MS + 10_000);
  });

  it('counts acquisitions, not renewals', () => {
    const taken = heldSpec(knowing(leaseOf({ holderIdentity: 'them', leaseTransitions: 7 }))) as NonNullable<
      Lease['spec']
    >;
    assert.deepEqual([taken.holderIdentity, taken.leaseDurationSeconds, taken.leaseTransitions], ['us', 13, 8]);
    assert.deepEqual(Object.keys(heldSpec(knowing(ours))), ['holderIdentity', 'leaseDurationSeconds', 'renewTime']);
    assert.equal((heldSpec(knowing(undefined)) as Lease['spec'])?.leaseTransitions, 0);
  });

  it('writes times with six digits, which the API server requires', () => {
    for (const spec of [heldSpec(knowing(undefined)), releasedSpec()]) {
      assert.match(JSON.stringify(spec), /"renewTime":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"/);
    }
  });
});

const delay = fc.oneof({ arbitrary: fc.nat(50), weight: 4 }, fc.nat(5_000), fc.nat(30_000));
const journey = fc.tuple(delay, delay);
const round: fc.Arbitrary<Round> = fc.record({
  pauseMs: fc.oneof(fc.nat(3_000), fc.nat(30_000)),
  readMs: journey,
  writeMs: journey,
  givesUpAfterMs: fc.oneof(fc.constant(4_000), fc.nat(40_000)),
  releases: fc.nat(9).map((dice) => dice === 0),
});
/** Clocks differ by any time, and in speed by more than real ones do. */
const clock: fc.Arbitrary<Clock> = fc.record({
  offsetMs: fc.nat(1e9),
  rate: fc.integer({ min: 950, max: 1_050 }).map((permille) => permille / 1000),
});
const candidates = fc.array(fc.record({ clock, rounds: fc.array(round, { maxLength: 30 }) }), {
  minLength: 2,
  maxLength: 3,
});

describe('the settings of another holder', () => {
  const written = (holderIdentity: string | undefined, settings?: string): LeaseKnowledge =>
    knowing(
      leaseOf(
        { ...(holderIdentity !== undefined && { holderIdentity }) },
        settings === undefined ? {} : { annotations: { 'sei.io/settings': settings } },
      ),
    );
  const cases: [what: string, knowledge: LeaseKnowledge, expected: string | undefined][] = [
    ['without a lease', knowing(undefined), undefined],
    ['of a holder that works on the same', written('them', 'ours'), undefined],
    ['of a holder that works on something else', written('them', 'theirs'), 'theirs'],
    ['of a holder of an earlier version, which writes none', written('them'), undefined],
    ['of this candidate, before it has written its own', written('us', 'theirs'), undefined],
    ['of a lease that was released', written(undefined, 'theirs'), undefined],
    ['of a lease whose holder has no name', written('', 'theirs'), undefined],
  ];
  for (const [what, knowledge, expected] of cases)
    it(`${expected === undefined ? 'say nothing' : 'are named'} ${what}`, () =>
      assert.equal(otherSettings(knowledge, 'ours'), expected));
});

describe('candidates for a lease', () => {
  it('never lead two at a time, whatever their clocks say and their calls take, and one leads in the end', () => {
    let takeovers = 0;
    const neverTwo = fc.property(candidates, (all) => {
      const world = new LeaseWorld(all);
      for (let settledMs = Infinity; world.nowMs < settledMs;) {
        world.step();
        assert.ok(world.leaders.length <= 1, `${world.leaders.join(' and ')} lead at ${world.nowMs}`);
        // From when all are prompt, the last late write arrives and a lease expires.
        if (world.isCalm) settledMs = Math.min(settledMs, world.nowMs + 60_000);
      }
      assert.equal(world.leaders.length, 1);
      takeovers += world.takeovers;
    });
    fc.assert(neverTwo, { numRuns: caseCount(500) });
    assert.ok(takeovers > caseCount(100), `only ${takeovers} takeovers were tried`);
  });
});
