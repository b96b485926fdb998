import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { freePort } from '../../dev/free-port.ts';
import { startProbeServer } from '../../worker/probe-server.ts';

describe('the probe server', () => {
  let server: Server;
  let url: string;
  let checks: Record<string, boolean>;

  async function start(host: string): Promise<void> {
    const address = `${host}:${await freePort()}`;
    server = await startProbeServer(address, () => checks);
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

  it('serves on an IPv6 address', async () => {
    server.close();
    await start('[::1]');
    assert.equal((await get('/healthz'))[0], 200);
  });
});
