import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ObjectChange } from '../../kubernetes/object-store.ts';
import { caseCount } from '../support/case-count.ts';
import { eventually } from '../support/eventually.ts';
import { HurriedPauses } from '../support/hurried-pauses.ts';
import { RewindableApiServer, type Cut, type Garbled, type Refusal } from './rewindable-api-server.ts';
import type { Change, Thing } from './rewindable-cluster.ts';
import { ReflectorHarness } from './reflector-harness.ts';

/** Only a bound on a test that will fail; pauses pass 4,000 times faster here. */
const SETTLE_MS = 20_000;

const change = fc.record<Change>({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  action: fc.constantFrom('write', 'write', 'delete', 'replace'),
});
const changes = fc.array(change, { maxLength: 4 });
const refusal = fc.constantFrom<Refusal>(
  'busy',
  'told to wait',
  'error',
  'overloaded',
  'gone',
  'reset',
  'empty',
  'half a line',
  'a page',
);
const cut = fc.constantFrom<Cut>('in order', 'reset', 'within a line', 'within a line, reset', 'gone', 'failed');
const garbled = fc.constantFrom<Garbled>('half a line', 'a page', 'an error', 'no name');

/** Changes, and how they come to the reflector, or do not. */
const step = fc.oneof(
  fc.record({ way: fc.constant('told' as const), changes, pausesBefore: fc.array(fc.nat(2_000), { maxLength: 4 }) }),
  fc.record({ way: fc.constant('told twice' as const), changes, revisions: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ way: fc.constant('garbled' as const), changes, index: fc.nat(3), garbled }),
  fc.record({ way: fc.constant('skipped by a bookmark' as const), changes: fc.constant<Change[]>([]) }),
  fc.record({
    way: fc.constant('in a gap' as const),
    changes,
    cut,
    isCompacted: fc.boolean(),
    refusals: fc.array(refusal, { maxLength: 3 }),
    paging: fc.record({ betweenPages: changes, expiresNextToken: fc.boolean() }),
  }),
  fc.record({
    way: fc.constant('after a restored backup' as const),
    changes,
    revisions: fc.integer({ min: 1, max: 8 }),
    seen: fc.constantFrom('as a reset', 'as silence', 'as a bookmark'),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type StepOf<Way extends Step['way']> = Extract<Step, { way: Way }>;

async function play(next: Step, server: RewindableApiServer): Promise<void> {
  if (next.way === 'after a restored backup') return restore(next, server);
  for (const each of next.changes) server.cluster.change(each);
  if (next.way === 'in a gap') return openGap(next, server);
  if (next.way === 'garbled') return server.garble(next.index, next.garbled);
  await server.deliver(next.way === 'told' ? next.pausesBefore : []);
  if (next.way === 'told twice') server.sendAgain(next.revisions);
  if (next.way === 'skipped by a bookmark') server.sendBookmark();
}

async function openGap(
  { cut: how, isCompacted, refusals, paging }: StepOf<'in a gap'>,
  server: RewindableApiServer,
): Promise<void> {
  if (isCompacted) server.cluster.compact();
  server.refusals.push(...refusals);
  Object.assign(server, paging);
  await server.cut(how);
}

/** A server goes back behind its clients' backs: they lose the connection, or are told nothing, or see it go back. */
async function restore(
  { revisions, changes: made, seen }: StepOf<'after a restored backup'>,
  server: RewindableApiServer,
): Promise<void> {
  server.cluster.restore(revisions);
  if (seen === 'as a bookmark') server.sendBookmark();
  if (seen === 'as silence') {
    await server.cut('in order');
    await eventually('the watch is opened again', () => server.isWatched, SETTLE_MS);
  }
  for (const each of made) server.cluster.change(each);
  if (seen === 'as silence') await server.cut('in order');
  if (seen === 'as a reset') await server.cut('reset');
}

/** Knows of each uid what it read when it was last told to read; as the bridge, which keys its work by uid. */
class Consumer {
  readonly copies = new Map<string, Thing>();
  readonly #read: (key: string) => Thing | undefined;

  constructor(read: (key: string) => Thing | undefined) {
    this.#read = read;
  }

  take({ key, previousUid, uid = previousUid }: ObjectChange): void {
    const object = this.#read(key);
    if (uid === undefined) return;
    if (object?.metadata.uid === uid) this.copies.set(uid, object);
    else this.copies.delete(uid);
  }
}

const byUid = (objects: Iterable<Thing>): Thing[] =>
  [...objects].toSorted((one, other) => one.metadata.uid.localeCompare(other.metadata.uid));

async function assertFollowsTruth(steps: readonly Step[]): Promise<void> {
  using pauses = new HurriedPauses();
  await using server = await RewindableApiServer.start();
  const consumer = new Consumer((key) => run.reflector.get(key) as Thing | undefined);
  await using run = new ReflectorHarness(server.api.transport, { onChange: (each) => consumer.take(each) });
  await settled(server, run);
  for (const next of steps) {
    await play(next, server);
    await settled(server, run);
    const truth = byUid(server.cluster.list());
    assert.deepEqual(byUid(run.reflector.list() as unknown as Thing[]), truth, 'the reflector has the truth');
    assert.deepEqual(byUid(consumer.copies.values()), truth, 'the consumer has the truth');
  }
  assert.equal(
    pauses.meant.filter((meant) => meant >= 60_000).length,
    server.toldToWait,
    'each Retry-After was heeded',
  );
}

/**
 * Waits until all that was to happen has happened and has been taken: a mark that is written last has arrived then. It
 * says nothing of what was missed before it.
 */
async function settled(server: RewindableApiServer, { reflector }: ReflectorHarness): Promise<void> {
  await eventually('a watch is open', () => server.isWatched, SETTLE_MS);
  server.betweenPages = [];
  server.cluster.change({ name: 'mark', action: 'write' });
  const mark = server.cluster.list().find(({ metadata }) => metadata.name === 'mark')?.written;
  const hasMark = async (): Promise<boolean> => {
    await server.deliver();
    return server.isWatched && (reflector.get('ns/mark') as Thing | undefined)?.written === mark;
  };
  await eventually('the mark has arrived', hasMark, SETTLE_MS);
}

describe('Reflector, for any behaviour of the server', function () {
  this.timeout(120_000);

  it('has the correct contents after every step, and reports every difference', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 12 }), assertFollowsTruth), {
      numRuns: caseCount(150),
    });
  });
});
