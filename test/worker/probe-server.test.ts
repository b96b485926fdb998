import assert from 'node:assert/strict';
import type { Server } from 'node:http';
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

  async function start(host: string): Promise<void> {
    const address = `${host}:${await freePort()}`;
    server = await startProbeServer(address, { healthz: () => health, readyz: () => checks, secrets: [SECRET] });
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

  it('serves on an IPv6 address', async () => {
    server.close();
    await start('[::1]');
    assert.equal((await get('/healthz'))[0], 200);
  });
});
