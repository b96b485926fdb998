import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../dev/free-port.ts';
import { kubeconfig } from '../../dev/kubeconfig.ts';
import { runMain } from './run-main.ts';

const EXIT_CONFIG = 78;
const NOT_OURS = { PATH: process.env['PATH'], HOME: '/nowhere', SOME_PASSWORD: 'planted-in-the-environment' };

describe('a configuration that is not valid', () => {
  let directory: string;
  let usable: NodeJS.ProcessEnv;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'configuration-errors-'));
    usable = { ...NOT_OURS, KUBECONFIG: join(directory, 'kubeconfig') };
    const access = {
      url: 'https://127.0.0.1:1',
      certificateAuthority: '',
      user: 'nobody',
      token: 'planted-in-the-kubeconfig',
    };
    await writeFile(join(directory, 'kubeconfig'), kubeconfig(access), { mode: 0o600 });
  });

  after(() => rm(directory, { recursive: true }));

  it('ends the process with 78 and names every variable and its value at once, and nothing else', async () => {
    const wrong = {
      ROLE: 'boss',
      WATCH_NAMESPACE: 'Arctic_1',
      SIDECAR_URL_TEMPLATE: 'http://sidecar',
      SIDECAR_TOKEN_FILE: '/nowhere/token',
      MAX_CONCURRENT_POLLS: 'many',
      PROBE_ADDRESS: 'here',
      METRICS_ADDRESS: '127.0.0.1:99999',
      SHUTDOWN_GRACE: 'soon',
      LOG_LEVEL: 'LOUD',
    };
    const { code, stdout, stderr } = await runMain({ ...usable, ...wrong });
    assert.equal(code, EXIT_CONFIG);
    assert.equal(stdout, '');
    const named = stderr
      .split('\n')
      .flatMap((line) => [...line.matchAll(/^ {2}(\w+)="(.*?)": ./g)].map(([, name, value]) => [name, value]));
    assert.equal(named.length, Object.keys(wrong).length, stderr);
    assert.deepEqual(Object.fromEntries(named), wrong);
    assert.doesNotMatch(stderr, /planted|at .*\.ts/);
  });

  it('reports problems of our variables, of Temporal and of the kubeconfig together', async () => {
    const { code, stderr } = await runMain({
      ...NOT_OURS,
      ROLE: 'boss',
      TEMPORAL_PROFILE: 'none-such',
      KUBECONFIG: '/nowhere/config',
    });
    assert.equal(code, EXIT_CONFIG);
    assert.match(stderr, /ROLE="boss"/);
    assert.match(stderr, /Temporal's client is not valid: Profile 'none-such' not found/);
    assert.match(stderr, /No API server is configured|\/nowhere\/config/);
  });

  it("does not quote a file of Temporal's that does not parse", async () => {
    const file = join(directory, 'temporal.toml');
    await writeFile(file, '[profile.default]\napi_key = "planted-key"\n[broken\n', { mode: 0o600 });
    const { code, stderr } = await runMain({ ...usable, TEMPORAL_CONFIG_FILE: file });
    assert.equal(code, EXIT_CONFIG);
    assert.match(stderr, /Invalid TOML document.*Correct the TEMPORAL_\* variables/);
    assert.doesNotMatch(stderr, /planted-key/);
  });

  for (const variable of ['PROBE_ADDRESS', 'METRICS_ADDRESS']) {
    it(`ends the process when the port of ${variable} is in use`, async () => {
      const server = createServer();
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const taken = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const free = { PROBE_ADDRESS: `127.0.0.1:${await freePort()}`, METRICS_ADDRESS: `127.0.0.1:${await freePort()}` };
      const { code, stderr } = await runMain({ ...usable, ...free, [variable]: taken });
      server.close();
      assert.equal(code, 1);
      assert.match(stderr, /in use/);
      assert.ok(stderr.includes(taken), stderr);
    });
  }
});
