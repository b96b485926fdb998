import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { HurriedPauses } from '../support/hurried-pauses.ts';
import { FakeApiServer, sendJson, sendStatus, type SeenRequest } from './fake-api-server.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { ReflectorHarness, until } from './reflector-harness.ts';

type Step = (response: ServerResponse, request: SeenRequest) => void;

function object(name: string, uid: string, resourceVersion: string) {
  return {
    metadata: {
      namespace: 'ns',
      name,
      uid,
      resourceVersion,
      managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': {} } }],
    },
  };
}

const list =
  (resourceVersion: string, ...items: object[]): Step =>
  (response) =>
    sendJson(response, 200, { metadata: { resourceVersion }, items });
const refuse =
  (code: number, reason: string): Step =>
  (response) =>
    sendStatus(response, code, reason);
const line = (type: string, value: object): string => `${JSON.stringify({ type, object: value })}\n`;
const bookmark = (resourceVersion: string): string => line('BOOKMARK', { metadata: { resourceVersion } });
/** A watch that stays open after these lines. */
const watch =
  (...lines: string[]): Step =>
  (response) => (response.flushHeaders(), void response.write(lines.join('')));
/** A watch that ends after these lines. */
const ended =
  (...lines: string[]): Step =>
  (response) =>
    response.end(lines.join(''));
const cut =
  (...lines: string[]): Step =>
  (response) =>
    void response.write(lines.join(''), () => response.destroy());

/** Answers lists and watches by these steps in turn; the last one of each is repeated. */
async function serve(lists: Step[], watches: Step[]) {
  const server = await FakeApiServer.start((request, response) => {
    const steps = isWatch(request) ? watches : lists;
    const step = steps.length > 1 ? steps.shift() : steps[0];
    step?.(response, request);
  });
  return {
    server,
    listQueries: () => server.requests.filter((request) => !isWatch(request)).map(({ query }) => query),
    watchQueries: () => server.requests.filter(isWatch).map(({ query }) => query),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const a1 = object('a', 'u1', '1');
const b1 = object('b', 'u2', '2');
const firstPage: Step = (response) =>
  sendJson(response, 200, { metadata: { resourceVersion: '10', continue: 'next' }, items: [a1] });
const initializing: Step = (response) =>
  sendJson(response, 429, { message: 'storage is (re)initializing' }, { 'retry-after': '1' });
const tooMany: Step = (response) => sendJson(response, 429, { reason: 'TooManyRequests' }, { 'retry-after': '2' });
const isWatch = ({ query }: SeenRequest): boolean => query['watch'] === 'true';

function trimmed({ metadata: { namespace = '', name, uid } }: KubernetesObject): KubernetesObject {
  return { metadata: { namespace, name, uid, resourceVersion: 'trimmed' } };
}

describe('Reflector', () => {
  it('lists, then watches from there with bookmarks and a timeout of 300 to 600 s', async () => {
    await using api = await serve(
      [list('10', a1)],
      [
        watch(
          line('ADDED', object('b', 'u2', '11')),
          line('MODIFIED', object('a', 'u1', '12')),
          line('DELETED', object('b', 'u2', '13')),
        ),
      ],
    );
    await using run = new ReflectorHarness(api.server.transport, { namespace: 'ns', labelSelector: 'team=x' });
    await run.reflector.synced;
    assert.equal(run.reflector.hasSynced, true);
    await until(() => run.changes.length === 4);
    assert.deepEqual(run.changes, ['+ns/a u1', '+ns/b u2', '=ns/a u1', '-ns/b u2']);
    assert.deepEqual(run.reflector.list(), [
      {
        metadata: {
          namespace: 'ns',
          name: 'a',
          uid: 'u1',
          resourceVersion: '12',
          managedFields: [{ manager: 'kubectl' }],
        },
      },
    ]);
    assert.equal(run.reflector.lastError, undefined);
    assert.deepEqual(api.listQueries(), [{ limit: '100', labelSelector: 'team=x' }]);
    const [query] = api.watchQueries();
    const seconds = Number(query?.['timeoutSeconds']);
    assert.ok(seconds >= 300 && seconds < 600, String(seconds));
    assert.deepEqual(query, {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '10',
      labelSelector: 'team=x',
      timeoutSeconds: String(seconds),
    });
    assert.equal(api.server.requests[0]?.path, '/apis/sei.io/v1alpha1/namespaces/ns/seinodetasks');
  });

  it('resumes at the last bookmark after a watch that ended normally', async () => {
    await using api = await serve([list('10', a1)], [ended(bookmark('20')), watch()]);
    await using run = new ReflectorHarness(api.server.transport);
    await until(() => api.watchQueries().length === 2);
    assert.deepEqual(
      api.watchQueries().map((query) => query['resourceVersion']),
      ['10', '20'],
    );
    assert.equal(api.listQueries().length, 1);
    assert.deepEqual(run.recorded.lines, []);
  });

  it('reports an object replaced under its name as one that is gone and one that is new', async () => {
    await using api = await serve([list('10', a1)], [watch(line('MODIFIED', object('a', 'u9', '11')))]);
    await using run = new ReflectorHarness(api.server.transport);
    await until(() => run.changes.length === 3);
    assert.deepEqual(run.changes, ['+ns/a u1', '-ns/a u1', '+ns/a u9']);
  });

  it('keeps what is left of an object when it is trimmed, from a list and from a watch', async () => {
    await using api = await serve([list('10', a1)], [watch(line('ADDED', object('b', 'u2', '11')))]);
    await using run = new ReflectorHarness(api.server.transport, { trim: trimmed });
    await until(() => run.changes.length === 2);
    assert.deepEqual(
      run.reflector.list().map(({ metadata }) => metadata.resourceVersion),
      ['trimmed', 'trimmed'],
    );
  });

  it('reads a list in pages', async () => {
    await using api = await serve([firstPage, list('10', b1)], [watch()]);
    await using run = new ReflectorHarness(api.server.transport);
    await run.reflector.synced;
    assert.deepEqual(run.changes, ['+ns/a u1', '+ns/b u2']);
    assert.deepEqual(api.listQueries(), [{ limit: '100' }, { limit: '100', continue: 'next' }]);
  });

  it('asks for everything at once when a continue token has expired', async () => {
    await using api = await serve([firstPage, refuse(410, 'Expired'), list('12', b1)], [watch()]);
    await using run = new ReflectorHarness(api.server.transport);
    await run.reflector.synced;
    assert.deepEqual(run.changes, ['+ns/b u2']);
    assert.deepEqual(api.listQueries(), [{ limit: '100' }, { limit: '100', continue: 'next' }, {}]);
  });

  it('hands every key out again from time to time', async () => {
    await using api = await serve([list('10', a1)], [watch()]);
    await using run = new ReflectorHarness(api.server.transport, { resyncMs: 20 });
    await until(() => run.changes.length >= 3);
    assert.deepEqual(run.changes.slice(0, 3), ['+ns/a u1', '=ns/a u1', '=ns/a u1']);
  });

  it('outlives a handler that throws', async () => {
    const taken: string[] = [];
    const onChange = ({ name }: { name: string }): void => {
      if (name === 'a') throw new Error('queue is full');
      taken.push(name);
    };
    await using api = await serve([list('10', a1, b1)], [watch()]);
    await using run = new ReflectorHarness(api.server.transport, { onChange });
    await run.reflector.synced;
    assert.deepEqual(taken, ['b']);
    assert.deepEqual(
      run.recorded.lines.map(({ event, key }) => [event, key]),
      [['ChangeNotHandled', 'ns/a']],
    );
  });

  it('stops at once while it waits, lists or watches', async () => {
    await using waiting = await serve([refuse(500, 'InternalError')], [watch()]);
    await using listing = await serve([() => undefined], [watch()]);
    await using watching = await serve([list('10')], [watch()]);
    for (const api of [waiting, listing, watching]) {
      const run = new ReflectorHarness(api.server.transport);
      await until(() => api.server.requests.length > 0);
      await run[Symbol.asyncDispose]();
    }
  });
});

describe('Reflector, when something fails', () => {
  let pauses: HurriedPauses;
  beforeEach(() => (pauses = new HurriedPauses()));
  afterEach(() => pauses[Symbol.dispose]());

  const gaps: [string, Step][] = [
    ['a watch that is refused with 410', refuse(410, 'Expired')],
    [
      'an ERROR event with 410',
      ended(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' })),
    ],
    ['any other ERROR event', ended(line('ERROR', { kind: 'Status', code: 500, reason: 'InternalError' }))],
    ['a line that was cut short', ended('{"type":"ADDED","obj')],
    ['a line that is garbage', watch('<html>\n')],
    ['a watch that is refused with 503', refuse(503, 'ServiceUnavailable')],
    ['a watch that ended without an event', ended()],
    ['a connection that was cut', cut(bookmark('20'))],
    [
      'an event from before the list, as of a server restored from a backup',
      watch(line('MODIFIED', object('a', 'u1', '9'))),
    ],
    ['a bookmark from before the last event', watch(line('MODIFIED', object('a', 'u1', '20')), bookmark('19'))],
  ];
  for (const [what, step] of gaps) {
    it(`relists after ${what}, and reports what was deleted, replaced and added in between`, async () => {
      await using api = await serve(
        [list('10', a1, b1), list('30', object('b', 'u3', '25'), object('c', 'u4', '26'))],
        [step, watch()],
      );
      await using run = new ReflectorHarness(api.server.transport);
      await until(() => api.watchQueries().length === 2);
      const changes = run.changes.filter((change) => !change.startsWith('='));
      assert.deepEqual(changes, ['+ns/a u1', '+ns/b u2', '-ns/a u1', '-ns/b u2', '+ns/b u3', '+ns/c u4']);
      assert.equal(api.watchQueries()[1]?.['resourceVersion'], '30');
      assert.deepEqual(run.recorded.events, ['WatchFailed']);
    });
  }

  it('outlives a CRD that is not there yet and one whose storage is not ready, with a line for each', async () => {
    const meanwhile: unknown[] = [];
    const stillAway: Step = (response, request) => {
      meanwhile.push(run.reflector.hasSynced, run.reflector.lastError instanceof Error);
      initializing(response, request);
    };
    await using api = await serve(
      [(response) => response.writeHead(404).end('404 page not found\n'), stillAway, list('10', a1)],
      [watch(bookmark('11'))],
    );
    await using run = new ReflectorHarness(api.server.transport);
    await run.reflector.synced;
    assert.deepEqual(meanwhile, [false, true]);
    await until(() => run.reflector.lastError === undefined);
    assert.deepEqual(run.recorded.events, ['WatchFailed', 'WatchFailed', 'WatchRecovered']);
    assert.deepEqual(run.recorded.codes, ['KUBERNETES_NOT_FOUND', 'KUBERNETES_TOO_MANY_REQUESTS']);
  });

  it('waits as long as Retry-After says', async () => {
    await using api = await serve([tooMany, list('10')], [watch()]);
    await using run = new ReflectorHarness(api.server.transport);
    await run.reflector.synced;
    assert.ok(pauses.meant.includes(2_000), String(pauses.meant));
  });

  it('takes watches that end at once without an event for failures, and says so once', async () => {
    const meanwhile: unknown[] = [];
    const works: Step = (response, request) => {
      meanwhile.push(run.reflector.lastError instanceof Error);
      watch(bookmark('11'))(response, request);
    };
    await using api = await serve([list('10', a1)], [ended(), ended(), works]);
    await using run = new ReflectorHarness(api.server.transport);
    await until(() => api.watchQueries().length === 3 && run.reflector.lastError === undefined);
    assert.deepEqual(meanwhile, [true]);
    assert.deepEqual(run.recorded.events, ['WatchFailed', 'WatchRecovered']);
    assert.equal(run.recorded.lines.at(-1)?.failures, 2);
  });
});
