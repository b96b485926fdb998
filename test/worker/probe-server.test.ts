import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { LogLevelName } from '../../api/log.ts';
import { freePort } from '../../dev/free-port.ts';
import { startProbeServer } from '../../worker/probe-server.ts';

describe('the probe server', () => {
  let server: Server;
  let url: string;
  let checks: Record<string, boolean>;
  let log: { level: LogLevelName };

  async function start(host: string): Promise<void> {
    const address = `${host}:${await freePort()}`;
    log = { level: 'INFO' };
    server = await startProbeServer(address, () => checks, log);
    url = `http://${address}`;
  }

  async function get(path: string): Promise<[number, string]> {
    const response = await fetch(url + path);
    return [response.status, await response.text()];
  }

  beforeEach(() => start('127.0.0.1'));
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is ready when every check passes, and names those that do not', async () => {
    checks = { temporal: true, bridge: false };
    assert.deepEqual(await get('/readyz'), [503, '[+]temporal\n[-]bridge\nnot ready\n']);
    checks = { temporal: true, bridge: true };
    assert.deepEqual(await get('/readyz'), [200, '[+]temporal\n[+]bridge\nok\n']);
  });

  it('is healthy whatever the checks say', async () => {
    checks = { temporal: false };
    assert.deepEqual(await get('/healthz'), [200, 'ok\n']);
  });

  it('answers 404 to other paths', async () => {
    for (const path of ['/', '/metrics', '/healthz/', '/readyz/temporal'])
      assert.deepEqual(await get(path), [404, 'not found\n'], path);
  });

  it('serves the log level, and changes it', async () => {
    const put = async (body: string): Promise<number> =>
      (await fetch(`${url}/loglevel`, { method: 'PUT', body })).status;
    assert.deepEqual(await get('/loglevel'), [200, 'INFO\n']);
    assert.deepEqual([await put('debug\n'), log.level], [200, 'DEBUG']);
    assert.deepEqual(await get('/loglevel'), [200, 'DEBUG\n']);
    for (const body of ['LOUD', '', 'x'.repeat(100_000)]) assert.equal(await put(body), 400, body);
    assert.equal((await fetch(`${url}/loglevel`, { method: 'DELETE' })).status, 405);
    assert.equal(log.level, 'DEBUG');
  });

  it('outlives a client that goes away in the middle of its request', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write('PUT /loglevel HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nDE');
    await once(server, 'request');
    socket.destroy();
    await once(socket, 'close');
    assert.deepEqual(await get('/loglevel'), [200, 'INFO\n']);
  });

  it('serves on an IPv6 address', async () => {
    server.close();
    await start('[::1]');
    assert.equal((await get('/healthz'))[0], 200);
  });
});
