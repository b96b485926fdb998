import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { adminTransport } from '../../dev/admin-transport.ts';
import type { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { LeaseElector } from '../../kubernetes/lease-elector.ts';
import type { Lease } from '../../kubernetes/lease.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { eventually } from '../support/eventually.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { sharedServers } from '../support/shared-servers.ts';
import { FakeApiServer, sendJson, sendStatus } from './fake-api-server.ts';

const NAMESPACE = 'default';

/** A candidate, and what became of its terms. */
interface Running {
  readonly identity: string;
  readonly elector: LeaseElector;
  readonly recorded: RecordedLog;
  /** A term that has begun, to be ended by the test once its signal is aborted. */
  readonly terms: { readonly signal: AbortSignal; readonly end: () => void; readonly fail: (error: Error) => void }[];
  readonly stop: AbortController;
  readonly over: Promise<void>;
}

describe('LeaseElector at a real API server', () => {
  let admin: KubernetesTransport;
  let leases: ResourceClient<Lease>;
  let name: string;
  let running: Running[];

  before(async () => {
    admin = await adminTransport((await sharedServers()).kubernetes);
    leases = new ResourceClient(admin, { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' });
  });

  beforeEach(() => {
    name = `elector-${randomBytes(5).toString('hex')}`;
    running = [];
  });

  afterEach(async () => {
    for (const { stop, terms } of running) {
      stop.abort();
      for (const { end } of terms) end();
    }
    await Promise.allSettled(running.map(({ over }) => over));
  });

  after(() => admin.close());

  function candidate(identity: string, transport = admin, settings = 'all'): Running {
    const recorded = new RecordedLog();
    const elector = new LeaseElector({
      transport,
      namespace: NAMESPACE,
      name,
      identity,
      settings,
      log: recorded.log,
    });
    const terms: Running['terms'] = [];
    const stop = new AbortController();
    const over = elector.run(stop.signal, async (signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      terms.push({ signal, end: resolve, fail: reject });
      await promise;
    });
    over.catch(() => undefined);
    const started = { identity, elector, recorded, terms, stop, over };
    running.push(started);
    return started;
  }

  async function leads(who: Running, term = 0): Promise<NonNullable<Running['terms'][number]>> {
    return await eventually(`${who.identity} leads`, () => who.terms[term]);
  }

  async function standsBy(who: Running): Promise<void> {
    await eventually(`${who.identity} stands by`, () => who.recorded.of('StandingBy').length > 0);
  }

  async function spec(): Promise<NonNullable<Lease['spec']>> {
    return (await leases.get(NAMESPACE, name))?.spec ?? assert.fail('no lease');
  }

  async function giveTo(holderIdentity: string | null): Promise<void> {
    await leases.patch({ namespace: NAMESPACE, name }, { spec: { holderIdentity } });
  }

  it('the first leads, the second stands by and knows the leader', async () => {
    const first = candidate('first');
    await leads(first);
    const second = candidate('second');
    await standsBy(second);
    assert.deepEqual(
      [first, second].map(({ elector }) => [elector.isLeading, elector.problem === undefined]),
      [
        [true, true],
        [false, true],
      ],
    );
    const { holderIdentity, leaseDurationSeconds, leaseTransitions, acquireTime } = await spec();
    assert.deepEqual([holderIdentity, leaseDurationSeconds, leaseTransitions], ['first', 13, 0]);
    await eventually('it is renewed', async () => (await spec()).renewTime !== acquireTime);
    assert.equal((await spec()).acquireTime, acquireTime);
  });

  it('says that the leader works on something else, until it leads itself', async () => {
    const first = candidate('first', admin, 'arctic-1');
    await leads(first);
    const second = candidate('second', admin, 'arctic-1');
    const other = candidate('other', admin, 'pacific-1');
    await Promise.all([standsBy(second), standsBy(other)]);
    assert.deepEqual(
      [first, second].map(({ elector, recorded }) => [elector.conflict, recorded.of('LeaseShared')]),
      [
        [undefined, []],
        [undefined, []],
      ],
    );
    const { settings, holderSettings, holder } = other.recorded.of('LeaseShared')[0] ?? {};
    assert.deepEqual([settings, holderSettings, holder], ['pacific-1', 'arctic-1', 'first']);
    assert.match(other.elector.conflict ?? '', /first .*arctic-1.*pacific-1.*LEASE_NAME/);
    await giveTo('other');
    await leads(other);
    assert.equal(other.elector.conflict, undefined);
    await eventually('the others say so', () => /other .*pacific-1/.test(second.elector.conflict ?? ''));
  });

  it('does not know the leader before its own first write is answered', async () => {
    const asked = Promise.withResolvers<() => void>();
    await using server = await FakeApiServer.start(({ method, body }, response) => {
      if (method === 'POST') asked.resolve(() => sendJson(response, 201, JSON.parse(body)));
      else if (method === 'PATCH') sendJson(response, 200, JSON.parse(body));
      else sendStatus(response, 404, 'NotFound');
    });
    const first = candidate('first', server.transport);
    const answer = await asked.promise;
    assert.deepEqual([first.elector.isLeading, first.elector.problem === undefined], [false, false]);
    answer();
    const { end } = await leads(first);
    assert.deepEqual([first.elector.isLeading, first.elector.problem === undefined], [true, true]);
    first.stop.abort();
    end();
    await first.over;
  });

  it('retries within its remaining time when the API server was slow', async () => {
    let lease: unknown;
    let looks = 0;
    await using server = await FakeApiServer.start(({ method, body }, response) => {
      if (method !== 'GET') return sendJson(response, 200, (lease = JSON.parse(body)));
      looks += 1;
      // The second look comes to a server that hangs.
      if (looks !== 2)
        sendJson(response, lease === undefined ? 404 : 200, lease ?? { kind: 'Status', reason: 'NotFound' });
    });
    const first = candidate('first', server.transport);
    await leads(first);
    await eventually('it looks a third time', () => looks === 3);
    assert.deepEqual(
      first.recorded.of('ElectionFailed').map(({ error }) => (error as { code?: unknown }).code),
      ['KUBERNETES_TIMEOUT'],
    );
  });

  it('one of many that start at the same time leads', async () => {
    const all = Array.from({ length: 8 }, (_, index) => candidate(`candidate-${index}`));
    await eventually(
      'seven stand by',
      () => all.filter(({ recorded }) => recorded.of('StandingBy').length > 0).length === 7,
    );
    assert.equal(all.filter(({ terms }) => terms.length === 1).length, 1);
    assert.equal(all.filter(({ elector }) => elector.isLeading).length, 1);
  });

  it('is released when its holder stops, but not before the term has ended', async () => {
    const first = candidate('first');
    const term = await leads(first);
    const second = candidate('second');
    await standsBy(second);
    first.stop.abort();
    assert.equal(term.signal.aborted, true);
    const { renewTime } = await spec();
    await eventually('it is renewed while the holder drains', async () => (await spec()).renewTime !== renewTime);
    assert.deepEqual([(await spec()).holderIdentity, second.terms.length], ['first', 0]);
    term.end();
    await first.over;
    assert.notEqual((await spec()).holderIdentity, 'first');
    await leads(second);
    assert.deepEqual([(await spec()).holderIdentity, (await spec()).leaseTransitions], ['second', 1]);
  });

  it('ends the term when another has acquired the lease, and leads again only after draining', async () => {
    const first = candidate('first');
    const term = await leads(first);
    const second = candidate('second');
    await standsBy(second);
    await giveTo('second');
    await leads(second);
    await eventually('the first has noticed', () => term.signal.aborted);
    assert.equal(first.elector.isLeading, false);
    second.stop.abort();
    second.terms[0]?.end();
    await second.over;
    assert.equal((await spec()).holderIdentity, undefined);
    assert.equal(first.terms.length, 1, 'its first term has not ended');
    term.end();
    await leads(first, 1);
  });

  it('leads again after the lease was deleted', async () => {
    const first = candidate('first');
    const term = await leads(first);
    await leases.delete(NAMESPACE, name);
    await eventually('it has noticed', () => term.signal.aborted);
    term.end();
    await leads(first, 1);
    assert.equal((await spec()).holderIdentity, 'first');
  });

  it('lets others lead when a term fails, and fails with its error', async () => {
    const first = candidate('first');
    const { fail } = await leads(first);
    fail(new Error('broken'));
    await assert.rejects(first.over, /broken/);
    assert.equal((await spec()).holderIdentity, undefined);
  });

  it('starts no term after it was stopped', async () => {
    const first = candidate('first');
    first.stop.abort();
    await first.over;
    assert.deepEqual(first.terms, []);
    assert.equal((await spec()).holderIdentity, undefined);
  });
});
