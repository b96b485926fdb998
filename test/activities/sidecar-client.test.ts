import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { mock } from 'node:test';
import type { BearerToken } from '../../activities/bearer-token.ts';
import { RecordedMetrics } from '../support/recorded-metrics.ts';
import { answering } from './misbehaving-server.ts';
import { against, call, failureOf, id, node, patience, running, type Method } from './sidecar-calls.ts';

const cutShort: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': running.length }).write(running.slice(0, 20), () => response.destroy());
};

const neverEnding: RequestListener = (_request, response) => {
  response.writeHead(200).write('{"id":');
};

describe('SidecarClient with a sidecar that follows the contract', () => {
  it('asks for a task at the address of its node', async () => {
    await against(answering(200, `${running}\n`), async (client, { received }) => {
      assert.equal((await client.getTask(node, id, patience))?.status, 'running');
      const [request] = received;
      assert.deepEqual([request?.method, request?.path], ['GET', `/arctic-1/syncer-0-0/v0/tasks/${id}`]);
      assert.equal(request?.headers.authorization, undefined);
    });
  });

  it('sends a task once, as JSON', async () => {
    await against(answering(201, `{"id":"${id}"}\n`), async (client, { received }) => {
      const task = { id, type: 'await-condition', params: { condition: 'height', targetHeight: 7 } };
      assert.equal(await client.postTask(node, task), 'accepted');
      assert.deepEqual(
        received.map(({ method, path, body }) => [method, path, JSON.parse(body)]),
        [['POST', '/arctic-1/syncer-0-0/v0/tasks', task]],
      );
      assert.equal(received[0]?.headers['content-type'], 'application/json');
    });
  });

  it('takes a 404 in JSON for an unknown task, also on delete', async () => {
    await against(answering(404, '{"error":"task not found"}\n'), async (client) => {
      assert.equal(await client.getTask(node, id, patience), undefined);
      await client.deleteTask(node, id, patience);
    });
  });

  it('measures each request by verb and status', async () => {
    const metrics = new RecordedMetrics();
    await against(answering(404, '{"error":"task not found"}\n'), (client) => call(client, 'GET'), undefined, metrics);
    await failureOf(
      against(
        ({ socket }) => socket.destroy(),
        (client) => call(client, 'POST'),
        undefined,
        metrics,
      ),
    );
    assert.deepEqual(metrics.lines, [
      'sei_sidecar_requests_total verb=GET,code=404 1',
      'sei_sidecar_request_duration_seconds verb=GET',
      'sei_sidecar_requests_total verb=POST,code=none 1',
      'sei_sidecar_request_duration_seconds verb=POST',
    ]);
  });

  it('takes 204 for a deleted task', () => against(answering(204), (client) => client.deleteTask(node, id, patience)));

  it('sends nothing when the process was paused while it read its token', async () => {
    const now = mock.method(performance, 'now', () => 0);
    const token = { get: async () => (now.mock.mockImplementation(() => 20_000), 'token') };
    await against(
      answering(201, `{"id":"${id}"}\n`),
      async (client, { received }) => {
        const { code, mayHaveArrived } = await failureOf(call(client, 'POST'));
        assert.deepEqual([code, mayHaveArrived, received], ['SIDECAR_CALL_TIMEOUT', false, []]);
      },
      token as unknown as BearerToken,
    ).finally(() => mock.restoreAll());
  });

  it('returns the error of a refusal', async () => {
    const refused = await against(answering(400, '{"error":"unknown task type: restart-seid"}\n'), (client) =>
      call(client, 'POST'),
    );
    assert.deepEqual(refused, { refused: 'unknown task type: restart-seid' });
  });

  it('retries a temporary refusal', async () => {
    const { code } = await failureOf(
      against(answering(400, '{"error":"persist task: disk is full"}\n'), (client) => call(client, 'POST')),
    );
    assert.equal(code, 'SIDECAR_UNEXPECTED_STATUS');
  });

  it('reads liveness from the status alone', async () => {
    assert.equal(await against(answering(200, '<html>'), (client) => client.isAlive(node, patience)), true);
    assert.equal(await against(answering(503), (client) => client.isAlive(node, patience)), false);
  });
});

describe('SidecarClient with a sidecar that does not', () => {
  afterEach(() => mock.restoreAll());

  const answers: readonly (readonly [what: string, method: Method, answer: RequestListener, code: string])[] = [
    ['500', 'GET', answering(500, '{"error":"boom"}'), 'SIDECAR_UNEXPECTED_STATUS'],
    ['500', 'POST', answering(500, '{"error":"boom"}'), 'SIDECAR_UNEXPECTED_STATUS'],
    ['503', 'DELETE', answering(503, '', { 'retry-after': '1' }), 'SIDECAR_UNEXPECTED_STATUS'],
    [
      '405',
      'POST',
      answering(405, 'Method Not Allowed', { 'content-type': 'text/plain' }),
      'SIDECAR_UNEXPECTED_STATUS',
    ],
    ['a redirect', 'POST', answering(307, '', { location: 'http://127.0.0.1:1/' }), 'SIDECAR_UNEXPECTED_STATUS'],
    ['404 in HTML', 'GET', answering(404, '<html>nginx</html>'), 'SIDECAR_UNEXPECTED_STATUS'],
    ['404 in HTML', 'DELETE', answering(404, '<html>nginx</html>'), 'SIDECAR_UNEXPECTED_STATUS'],
    ['400 in HTML', 'POST', answering(400, '<html>nginx</html>'), 'SIDECAR_UNEXPECTED_STATUS'],
    ['200 to a POST', 'POST', answering(200, '{}'), 'SIDECAR_UNREADABLE_ANSWER'],
    ['200 to a DELETE', 'DELETE', answering(200, '{}'), 'SIDECAR_UNREADABLE_ANSWER'],
    ['HTML', 'GET', answering(200, '<html>'), 'SIDECAR_UNREADABLE_ANSWER'],
    ['nothing', 'GET', answering(200), 'SIDECAR_UNREADABLE_ANSWER'],
    ['half of the JSON', 'GET', answering(200, running.slice(0, 20)), 'SIDECAR_UNREADABLE_ANSWER'],
    ['another task', 'GET', answering(200, running.replace(id, 'f0')), 'SIDECAR_UNREADABLE_ANSWER'],
    ['a state of its own', 'GET', answering(200, running.replace('running', 'resting')), 'SIDECAR_UNREADABLE_ANSWER'],
    ['a list', 'GET', answering(200, `[${running}]`), 'SIDECAR_UNREADABLE_ANSWER'],
    ['10 MB', 'GET', answering(200, 'x'.repeat(10_000_000)), 'SIDECAR_UNREADABLE_ANSWER'],
    ['10 MB of refusal', 'POST', answering(400, `{"error":"${'x'.repeat(10_000_000)}"}`), 'SIDECAR_UNREADABLE_ANSWER'],
    ['half a body', 'GET', cutShort, 'SIDECAR_UNREACHABLE'],
    ['a closed connection', 'POST', (request) => request.socket.destroy(), 'SIDECAR_UNREACHABLE'],
    ['no HTTP', 'GET', (request) => request.socket.end('SSH-2.0-OpenSSH\r\n'), 'SIDECAR_UNREACHABLE'],
  ];
  for (const [what, method, answer, code] of answers) {
    it(`retries ${method} after ${what}`, async () => {
      const failure = await failureOf(against(answer, (client) => call(client, method)));
      assert.equal(failure.code, code, failure.message);
      assert.ok(failure.message.length < 500, failure.message);
    });
  }

  const pauses: readonly (readonly [header: string, retryAfterMs: number | undefined])[] = [
    ['7', 7_000],
    ['30', 30_000],
    ['99999', 30_000],
    ['9'.repeat(400), 30_000],
    ['-1', undefined],
    ['Tue, 24 Nov 2026 00:21:50 GMT', undefined],
  ];
  for (const [header, retryAfterMs] of pauses)
    it(`lets a sidecar ask for ${retryAfterMs ?? 'no'} ms with Retry-After: ${header.slice(0, 30)}`, async () => {
      const busy = answering(503, '', { 'retry-after': header });
      const failure = await failureOf(against(busy, (client) => call(client, 'DELETE')));
      assert.equal(failure.retryAfterMs, retryAfterMs);
    });

  it('retries a list of more tasks than a sidecar has', async () => {
    const list = `[${Array(1_001).fill(running).join()}]`;
    const { code } = await failureOf(against(answering(200, list), (client) => client.listTasks(node, patience)));
    assert.equal(code, 'SIDECAR_UNREADABLE_ANSWER');
  });

  it('quotes the answer on one printable line', async () => {
    const { message } = await failureOf(
      against(answering(500, '\u001b[31mboom\u001b[0m\n'.repeat(100)), (client) => call(client, 'GET')),
    );
    assert.match(message, /^GET was answered 500 "\[31mboom .*…"; check what answers at SIDECAR_URL_TEMPLATE$/);
  });

  it('names the address when nothing listens', async () => {
    await against(answering(200), async (client, server) => {
      await server[Symbol.asyncDispose]();
      const failure = await failureOf(call(client, 'GET'));
      assert.equal(failure.code, 'SIDECAR_UNREACHABLE');
      assert.ok(failure.message.startsWith(`GET ${server.url}/arctic-1/syncer-0-0/v0/tasks/${id}: `), failure.message);
    });
  });

  it('gives up on an answer that never ends', async () => {
    const { setTimeout: real } = globalThis;
    const hurried = mock.method(globalThis, 'setTimeout', (work: () => void, milliseconds: number) =>
      real(work, milliseconds / 50),
    );
    const failure = await failureOf(against(neverEnding, (client) => call(client, 'GET')));
    assert.equal(failure.code, 'SIDECAR_CALL_TIMEOUT');
    assert.match(failure.message, /no complete answer within 5 s$/);
    assert.ok(hurried.mock.calls.some((each) => each.arguments[1] === 5_000));
  });

  it("ends a call with the caller's own reason when the caller gives up", async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const given = against(
      () => controller.abort(reason),
      (client) => client.getTask(node, id, controller.signal),
    );
    await assert.rejects(given, (error) => error === reason);
  });
});
