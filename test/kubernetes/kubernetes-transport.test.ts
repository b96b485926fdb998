import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../dev/is-alive.ts';
import { KubernetesApiError, KubernetesError } from '../../kubernetes/errors.ts';
import { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { eventually } from '../support/eventually.ts';
import { RecordedMetrics } from '../support/recorded-metrics.ts';
import { FakeApiServer, accessFor, sendJson, sendStatus } from './fake-api-server.ts';

const stream = { path: '/watch', deadlineMs: 5_000, idleMs: 5_000 };

async function collect(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

function failsWith(code: string, message = /./) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof KubernetesError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}

function measured(verb: string, code: string): string[] {
  return [
    `sei_kubernetes_requests_total verb=${verb},code=${code} 1`,
    `sei_kubernetes_request_duration_seconds verb=${verb}`,
  ];
}

/** A user whose credentials a script of Node prints. */
function execUser(script: string, fields: object = {}): object {
  const apiVersion = 'client.authentication.k8s.io/v1';
  const args = ['-e', script];
  return { exec: { apiVersion, command: process.execPath, args, interactiveMode: 'Never', ...fields } };
}

describe('KubernetesTransport', () => {
  it('sends method, path, query, body and token, over sockets that are kept', async () => {
    await using server = await FakeApiServer.start((_, response) => sendJson(response, 200, { ok: true }));
    const request = { method: 'POST', path: '/apis/x', query: { limit: 5, watch: undefined }, body: { a: 1 } } as const;
    assert.deepEqual(await server.transport.request(request), { ok: true });
    for (let call = 2; call <= 10; call += 1) await server.transport.request(request);
    const [first] = server.requests;
    assert.equal(first?.method, 'POST');
    assert.deepEqual(first?.query, { limit: '5' });
    assert.equal(first?.body, '{"a":1}');
    assert.equal(first?.contentType, 'application/json');
    assert.equal(first?.authorization, 'Bearer secret');
    const sockets = new Set(server.requests.map(({ socketPort }) => socketPort));
    assert.ok(sockets.size <= 2, `10 calls took ${sockets.size} sockets`);
  });

  it('measures each request by verb and status, also one without an answer', async () => {
    await using server = await FakeApiServer.start(({ path }, response) =>
      path === '/slow' ? undefined : sendJson(response, path === '/gone' ? 404 : 200, {}),
    );
    const metrics = new RecordedMetrics();
    const transport = new KubernetesTransport(accessFor(server.transport.server), { metrics });
    await transport.request({ method: 'PATCH', path: '/x' });
    await transport.request({ method: 'GET', path: '/gone' }).catch(() => undefined);
    await transport.request({ method: 'GET', path: '/slow', timeoutMs: 50 }).catch(() => undefined);
    await transport.openStream({ ...stream, query: { watch: true } }).then(collect);
    await transport.close();
    assert.deepEqual(metrics.lines, [
      ...measured('PATCH', '200'),
      ...measured('GET', '404'),
      ...measured('GET', 'none'),
      ...measured('WATCH', '200'),
    ]);
  });

  it('keeps the path of a server URL', async () => {
    await using server = await FakeApiServer.start((_, response) => sendJson(response, 200, {}));
    const transport = new KubernetesTransport(accessFor(`${server.transport.server}/k8s/clusters/c-1/`));
    await transport.request({ method: 'GET', path: '/version' });
    await transport.close();
    assert.equal(server.requests[0]?.path, '/k8s/clusters/c-1/version');
  });

  it('gives up on a server that never answers', async () => {
    await using server = await FakeApiServer.start(() => undefined);
    await assert.rejects(
      server.transport.request({ method: 'GET', path: '/slow', timeoutMs: 50 }),
      failsWith('KUBERNETES_TIMEOUT', /GET \/slow/),
    );
  });

  it('accepts any timeout above 0, also a fraction of a millisecond and more than a timer supports', async () => {
    await using server = await FakeApiServer.start(({ path }, response) =>
      path === '/slow' ? undefined : sendJson(response, 200, {}),
    );
    for (const timeoutMs of [5_000.5, 2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY]) {
      assert.deepEqual(await server.transport.request({ method: 'GET', path: '/x', timeoutMs }), {});
      await server.transport.openStream({ ...stream, deadlineMs: timeoutMs }).then(collect);
    }
    for (const timeoutMs of [0.5, 50.25])
      await assert.rejects(
        server.transport.request({ method: 'GET', path: '/slow', timeoutMs }),
        failsWith('KUBERNETES_TIMEOUT'),
      );
  });

  it('gives up on a body that never ends', async () => {
    await using server = await FakeApiServer.start((_, response) => void response.writeHead(200).write('{"a":'));
    await assert.rejects(
      server.transport.request({ method: 'GET', path: '/half', timeoutMs: 50 }),
      failsWith('KUBERNETES_TIMEOUT'),
    );
  });

  it('does not read more than its limit', async () => {
    await using server = await FakeApiServer.start((_, response) => sendJson(response, 200, 'x'.repeat(100_000)));
    await assert.rejects(
      server.transport.request({ method: 'GET', path: '/big', maxResponseBytes: 1_000 }),
      failsWith('KUBERNETES_BAD_RESPONSE', /larger than 1000 bytes/),
    );
  });

  it('names the server and the cause when nothing listens', async () => {
    const transport = new KubernetesTransport(accessFor('http://127.0.0.1:1'));
    await assert.rejects(
      transport.request({ method: 'GET', path: '/version' }),
      failsWith('KUBERNETES_UNREACHABLE', /127\.0\.0\.1:1 .*ECONNREFUSED/),
    );
    await transport.close();
  });

  it('refuses a page that is not JSON', async () => {
    await using server = await FakeApiServer.start((_, response) => response.end('<html>login</html>'));
    await assert.rejects(
      server.transport.request({ method: 'GET', path: '/version' }),
      failsWith('KUBERNETES_BAD_RESPONSE', /<html>login/),
    );
  });

  it('keeps status, reason and Retry-After of a refusal', async () => {
    await using server = await FakeApiServer.start((_, response) =>
      sendJson(response, 429, { reason: 'TooManyRequests', message: 'slow down' }, { 'retry-after': '7' }),
    );
    await assert.rejects(server.transport.request({ method: 'GET', path: '/x' }), (error) => {
      assert.ok(error instanceof KubernetesApiError);
      assert.deepEqual(
        [error.code, error.httpStatus, error.reason, error.retryable, error.retryAfterSeconds],
        ['KUBERNETES_TOO_MANY_REQUESTS', 429, 'TooManyRequests', true, 7],
      );
      return true;
    });
  });

  it('passes on the reason of a caller that aborts', async () => {
    await using server = await FakeApiServer.start(() => undefined);
    const reason = new Error('shutting down');
    const controller = new AbortController();
    const call = server.transport.request({ method: 'GET', path: '/x', signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(call, (error) => error === reason);
  });

  describe('with a token file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'kubernetes-transport-'));
    const tokenFile = join(directory, 'token');
    const user = { tokenFile };
    after(() => rmSync(directory, { recursive: true }));

    it('reads it again after a 401, and repeats the call once if there is another token in it', async () => {
      writeFileSync(tokenFile, 'old\n');
      await using server = await FakeApiServer.start(
        ({ authorization }, response) =>
          authorization === 'Bearer new' ? sendJson(response, 200, {}) : sendStatus(response, 401, 'Unauthorized'),
        user,
      );
      await assert.rejects(
        server.transport.request({ method: 'GET', path: '/x' }),
        failsWith('KUBERNETES_UNAUTHORIZED'),
      );
      assert.equal(server.requests.length, 1);
      writeFileSync(tokenFile, 'new\n');
      await server.transport.request({ method: 'GET', path: '/x' });
      const tokens = server.requests.map(({ authorization }) => authorization);
      assert.deepEqual(tokens, ['Bearer old', 'Bearer old', 'Bearer new']);
    });

    it('names the user whose file is missing', async () => {
      await using server = await FakeApiServer.start((_, response) => sendJson(response, 200, {}), {
        tokenFile: join(directory, 'none'),
      });
      await assert.rejects(
        server.transport.request({ method: 'GET', path: '/x' }),
        failsWith('KUBERNETES_CREDENTIALS', /user "test".*none/),
      );
    });
  });

  describe('with an exec plugin', () => {
    const directory = mkdtempSync(join(tmpdir(), 'kubernetes-transport-'));
    after(() => rmSync(directory, { recursive: true }));

    /** Prints a credential with the number of its run as the token. */
    function counting(name: string, status: object = {}): string {
      const answer = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
      return `
        const fs = require('node:fs');
        fs.appendFileSync('${join(directory, name)}', '.');
        const answer = ${JSON.stringify(answer)};
        answer.status.token = String(fs.readFileSync('${join(directory, name)}').length);
        console.log(JSON.stringify(answer));`;
    }

    it('does not wait longer than the call for one that hangs, names it, and ends it when it is closed', async () => {
      const pidFile = join(directory, 'pid');
      const user = execUser(`fs.writeFileSync('${pidFile}', String(process.pid)); setInterval(() => {}, 1000)`);
      await using server = await FakeApiServer.start((_, response) => sendJson(response, 200, {}), user);
      await assert.rejects(
        server.transport.request({ method: 'GET', path: '/x', timeoutMs: 50 }),
        failsWith('KUBERNETES_CREDENTIALS', /exec plugin of kubeconfig user "test" has not ended within 50 ms/),
      );
      const pid = await eventually('it runs', () => existsSync(pidFile) && Number(readFileSync(pidFile, 'utf8')));
      await server.transport.close();
      await eventually('it has ended', () => !isAlive(pid));
    });

    it('waits longer than the call for one that asks a person', async () => {
      const slow = `setTimeout(() => { ${counting('slow')} }, 2500)`;
      await using server = await FakeApiServer.start((_, response) => sendJson(response, 200, {}));
      const access = accessFor(server.transport.server, execUser(slow));
      const transport = new KubernetesTransport(access, { isAttended: true, timeoutMs: 2_000 });
      await transport.request({ method: 'GET', path: '/x' });
      await transport.close();
      assert.equal(server.requests[0]?.authorization, 'Bearer 1');
    });

    it('does not quote one that prints a bare token', async () => {
      await using server = await FakeApiServer.start(
        (_, response) => sendJson(response, 200, {}),
        execUser('console.log("my-token")'),
      );
      await assert.rejects(
        server.transport.request({ method: 'GET', path: '/x' }),
        failsWith('KUBERNETES_CREDENTIALS', /^(?!.*my-token).*did not print JSON/),
      );
    });

    it('shows the install hint of one that is missing', async () => {
      await using server = await FakeApiServer.start(
        (_, response) => sendJson(response, 200, {}),
        execUser('', { command: 'no-such-plugin', installHint: 'Get it from example.com' }),
      );
      await assert.rejects(
        server.transport.request({ method: 'GET', path: '/x' }),
        failsWith('KUBERNETES_CREDENTIALS', /"no-such-plugin" is not installed.*Get it from example\.com/),
      );
    });

    it('runs it once for many calls, also when what it prints has expired', async () => {
      const user = execUser(counting('expired', { expirationTimestamp: '2020-01-01T00:00:00Z' }));
      await using server = await FakeApiServer.start((_, response) => sendJson(response, 200, {}), user);
      const call = { method: 'GET', path: '/x' } as const;
      await Promise.all([server.transport.request(call), server.transport.request(call)]);
      await server.transport.request(call);
      assert.deepEqual(new Set(server.requests.map(({ authorization }) => authorization)), new Set(['Bearer 1']));
    });

    it('does not run it again, and does not repeat the call, when what it has just printed is refused', async () => {
      await using server = await FakeApiServer.start(
        (_, response) => sendStatus(response, 401, 'Unauthorized'),
        execUser(counting('refused')),
      );
      await assert.rejects(
        server.transport.request({ method: 'GET', path: '/x' }),
        failsWith('KUBERNETES_UNAUTHORIZED'),
      );
      assert.deepEqual(
        server.requests.map(({ authorization }) => authorization),
        ['Bearer 1'],
      );
    });
  });

  describe('openStream', () => {
    it('yields what comes until the server ends it', async () => {
      await using server = await FakeApiServer.start((_, response) => (response.write('a'), response.end('b')));
      assert.equal(await collect(await server.transport.openStream(stream)), 'ab');
    });

    it('times out as a whole, and between two chunks', async () => {
      await using server = await FakeApiServer.start((_, response) => response.flushHeaders());
      // On a busy machine the stream may not be open when its time is over.
      for (const limit of [{ deadlineMs: 50 }, { idleMs: 50 }])
        await assert.rejects(
          async () => await collect(await server.transport.openStream({ ...stream, ...limit })),
          failsWith('KUBERNETES_TIMEOUT'),
        );
    });

    it('gives a refusal whose body stalls no longer than an opening', async () => {
      await using server = await FakeApiServer.start((_, response) => void response.writeHead(500).write('{'));
      const transport = new KubernetesTransport(accessFor(server.transport.server), { timeoutMs: 100 });
      const watch = { path: '/watch', deadlineMs: 600_000, idleMs: 240_000 };
      await assert.rejects(transport.openStream(watch), failsWith('KUBERNETES_TIMEOUT', /GET \/watch/));
      await transport.close();
    });

    it('has connections of its own, so that many watches do not delay a call', async () => {
      await using server = await FakeApiServer.start(({ path }, response) =>
        path === '/call' ? sendJson(response, 200, {}) : response.flushHeaders(),
      );
      await Promise.all(Array.from({ length: 100 }, () => server.transport.openStream(stream)));
      assert.deepEqual(await server.transport.request({ method: 'GET', path: '/call' }), {});
      assert.equal(new Set(server.requests.map(({ socketPort }) => socketPort)).size, 101);
    });

    it('reports a connection that is cut', async () => {
      await using server = await FakeApiServer.start(
        (_, response) => void response.write('a', () => response.destroy()),
      );
      await assert.rejects(server.transport.openStream(stream).then(collect), failsWith('KUBERNETES_UNREACHABLE'));
    });
  });
});
