import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { LogLevelName } from '../../api/log.ts';
import { freePort } from '../../dev/free-port.ts';
import { startProbeServer, type Checks } from '../../worker/probe-server.ts';

const SECRET = 'planted-secret-0123456789';
const passes = { passes: true };
const fails = { passes: false };

describe('the probe server', () => {
  let server: Server;
  let url: string;
  let checks: Checks;
  let health: Checks;
  let log: { level: LogLevelName };

  async function start(host: string): Promise<void> {
    const address = `${host}:${await freePort()}`;
    log = { level: 'INFO' };
    server = await startProbeServer(address, { healthz: () => health, readyz: () => checks, secrets: [SECRET] }, log);
    url = `http://${address}`;
  }

  async function get(path: string): Promise<[number, string]> {
    const response = await fetch(url + path);
    return [response.status, await response.text()];
  }

  beforeEach(async () => {
    health = {};
    await start('127.0.0.1');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is ready when every check passes, and names those that do not', async () => {
    checks = { temporal: passes, bridge: fails };
    assert.deepEqual(await get('/readyz'), [503, '[+]temporal\n[-]bridge\nnot ready\n']);
    checks = { temporal: passes, bridge: passes };
    assert.deepEqual(await get('/readyz'), [200, '[+]temporal\n[+]bridge\nok\n']);
  });

  it('says why a check fails, on one line and without secrets', async () => {
    checks = { temporal: { ...fails, detail: `no answer\nto ${SECRET}` }, bridge: { ...passes, detail: '3 wait' } };
    assert.deepEqual(await get('/readyz'), [
      503,
      '[-]temporal: no answer to [removed]\n[+]bridge: 3 wait\nnot ready\n',
    ]);
  });

  it('is healthy whether or not it is ready', async () => {
    checks = { temporal: fails };
    assert.deepEqual(await get('/healthz'), [200, 'ok\n']);
    checks = { temporal: passes };
    health = { worker: { ...fails, detail: 'It hangs.' } };
    assert.deepEqual(await get('/healthz'), [503, '[-]worker: It hangs.\nnot healthy\n']);
    assert.equal((await get('/readyz'))[0], 200);
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
