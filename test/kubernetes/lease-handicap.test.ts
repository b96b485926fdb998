import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { LeaseElector } from '../../kubernetes/lease-elector.ts';
import { eventually } from '../support/eventually.ts';
import { noLog } from '../support/recorded-log.ts';
import { FakeApiServer, sendJson, sendStatus, type SeenRequest } from './fake-api-server.ts';

interface StoredLease {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly spec: Record<string, unknown>;
}

/** An API server with one lease. */
class OneLease {
  stored: StoredLease | undefined;

  answer({ method, body }: SeenRequest, response: ServerResponse): void {
    if (method === 'GET')
      return this.stored ? sendJson(response, 200, this.stored) : sendStatus(response, 404, 'NotFound');
    const { spec, metadata } = JSON.parse(body) as StoredLease;
    const resourceVersion = this.stored?.metadata.resourceVersion ?? '0';
    if (method === 'PATCH' && metadata?.resourceVersion !== undefined && metadata.resourceVersion !== resourceVersion)
      return sendStatus(response, 409, 'Conflict');
    this.stored = {
      metadata: { name: 'lease', uid: 'uid', resourceVersion: String(Number(resourceVersion) + 1) },
      spec: { ...this.stored?.spec, ...spec },
    };
    sendJson(response, 200, this.stored);
  }
}

describe('a candidate for a lease that cannot do the work of a leader', () => {
  let lease: OneLease;
  let server: FakeApiServer;
  let stop: AbortController;
  let handicap: string | undefined;
  let terms: AbortSignal[];
  let end: () => void;
  let running: Promise<void>;

  beforeEach(async () => {
    lease = new OneLease();
    // As late as over a network: a call with a timeout of a millisecond would succeed on one machine.
    server = await FakeApiServer.start(
      (request, response) => void setTimeout(() => lease.answer(request, response), 5),
    );
    stop = new AbortController();
    handicap = undefined;
    terms = [];
  });

  afterEach(async () => {
    stop.abort();
    end?.();
    await running;
    await server[Symbol.asyncDispose]();
  });

  function elect(): LeaseElector {
    const elector = new LeaseElector({
      transport: server.transport,
      namespace: 'default',
      name: 'lease',
      identity: 'it',
      settings: '',
      handicap: () => handicap,
      log: noLog,
    });
    running = elector.run(stop.signal, async (term) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      end = resolve;
      terms.push(term);
      await promise;
    });
    return elector;
  }

  const holder = (): unknown => lease.stored?.spec['holderIdentity'];
  const reads = (): number => server.requests.filter(({ method }) => method === 'GET').length;
  const writes = (): number => server.requests.length - reads();

  async function readsAgain(times = 3): Promise<void> {
    const before = reads();
    await eventually('it reads the lease again', () => reads() >= before + times);
  }

  it('gives the lease up when its term has ended, and leads again when it can', async () => {
    const elector = elect();
    await eventually('it leads', () => terms.length === 1);
    handicap = 'no hands';
    await eventually('its term is aborted', () => terms[0]?.aborted);
    assert.equal(holder(), 'it', 'the lease is held until the term has ended');
    end();
    await eventually('the lease is released', () => holder() === null);
    await readsAgain();
    assert.deepEqual([terms.length, elector.isLeading, elector.problem], [1, false, undefined]);
    handicap = undefined;
    await eventually('it leads again', () => terms.length === 2);
    assert.equal(holder(), 'it');
  });

  it('does not renew a lease that it gives up, however long its term takes to end', async () => {
    const elector = elect();
    await eventually('it leads', () => terms.length === 1);
    handicap = 'no hands';
    await eventually('its term is aborted', () => terms[0]?.aborted);
    const before = writes();
    await eventually('it no longer leads', () => !elector.isLeading);
    assert.equal(writes(), before);
    end();
    handicap = undefined;
    await eventually('it leads again', () => terms.length === 2);
  });

  it('acquires no lease, although that is free', async () => {
    handicap = 'no hands';
    const elector = elect();
    await readsAgain();
    assert.deepEqual([writes(), terms.length, elector.problem], [0, 0, undefined]);
  });
});
