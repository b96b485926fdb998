import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../dev/free-port.ts';
import { kubeconfig } from '../../dev/kubeconfig.ts';
import type { ConfigProblem } from '../../worker/config.ts';
import { listenLocally, portOf } from '../support/local-server.ts';
import { parseLine, type WrittenLine } from '../support/log-lines.ts';
import { runMain } from './run-main.ts';

const EXIT_CONFIG = 78;
const NOT_OURS = { PATH: process.env['PATH'], HOME: '/nowhere', SOME_PASSWORD: 'planted-in-the-environment' };

function lastLine(stderr: string): WrittenLine {
  return parseLine(stderr.trimEnd().split('\n').at(-1) ?? '');
}

function problemsIn(stderr: string): readonly ConfigProblem[] {
  const { event, code, problems } = lastLine(stderr);
  assert.deepEqual([event, code], ['ConfigurationInvalid', 'CONFIG_INVALID'], stderr);
  return problems as readonly ConfigProblem[];
}

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
    const problems = problemsIn(stderr);
    assert.deepEqual(Object.fromEntries(problems.map(({ variable, value }) => [variable, value])), wrong);
    assert.equal(problems.length, Object.keys(wrong).length, stderr);
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
    const variables = problemsIn(stderr).map(({ variable }) => variable);
    assert.deepEqual(variables, ['ROLE', 'TEMPORAL_*', 'KUBECONFIG']);
  });

  it("does not quote a file of Temporal's that does not parse", async () => {
    const file = join(directory, 'temporal.toml');
    await writeFile(file, '[profile.default]\napi_key = "planted-key"\n[broken\n', { mode: 0o600 });
    const { code, stderr } = await runMain({ ...usable, TEMPORAL_CONFIG_FILE: file });
    assert.equal(code, EXIT_CONFIG);
    const variables = problemsIn(stderr).map(({ variable }) => variable);
    assert.deepEqual(variables, ['TEMPORAL_*']);
    assert.doesNotMatch(stderr, /planted-key/);
  });

  for (const variable of ['PROBE_ADDRESS', 'METRICS_ADDRESS']) {
    it(`ends the process when the port of ${variable} is in use`, async () => {
      const server = createServer();
      await listenLocally(server);
      const taken = `127.0.0.1:${portOf(server)}`;
      const free = { PROBE_ADDRESS: `127.0.0.1:${await freePort()}`, METRICS_ADDRESS: `127.0.0.1:${await freePort()}` };
      const { code, stderr } = await runMain({ ...usable, ...free, [variable]: taken });
      server.close();
      assert.equal(code, 1);
      const { event, error } = lastLine(stderr);
      assert.deepEqual([event, error?.code], ['ServiceFailed', 'LISTEN_FAILED']);
      assert.ok(error?.message.includes(`${variable}=${taken}`), stderr);
    });
  }
});
