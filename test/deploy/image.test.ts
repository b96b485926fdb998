import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { spawnGuarded, type GuardedProcess } from '../../dev/spawn-guarded.ts';
import { newKey } from '../encryption/key-file.ts';
import { assertComplete } from '../support/assert-verdict.ts';
import { BuiltImage, whyNoImage } from '../support/built-image.ts';
import { variablesOf } from '../support/chart-objects.ts';
import { descendantsOf } from '../support/descendants-of.ts';
import { eventually } from '../support/eventually.ts';
import { installChart } from '../support/install-chart.ts';
import { logLines, parseLine } from '../support/log-lines.ts';
import type { ConfigProblem } from '../../worker/config.ts';
import { writePodFiles } from '../support/pod-files.ts';
import { requestsOf } from '../support/requests-of.ts';
import { kubeletVariables } from '../support/start-as-pod.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const RUN = fileURLToPath(new URL('../support/run-image.sh', import.meta.url));
const AUDIENCE = 'sei-sidecar';
const reason = whyNoImage();

/** What the image says about itself when it runs. */
const ASK = `
  const { globSync, readFileSync, writeFileSync } = require('node:fs');
  let written = true;
  try { writeFileSync('/app/written', ''); } catch (error) { written = error.code; }
  console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), pid: process.pid, written, cached: readFileSync(globSync('/app/compile-cache/*/*')[0]).length > 0 }));
`;

describe(`the image${reason === undefined ? '' : `, not tried here: ${reason}`}`, function () {
  // Debian's packages are installed and 200 npm packages are copied several times, the first time.
  this.timeout(900_000);
  let image: BuiltImage;
  let environment: TestEnvironment;
  let files: string;

  before(async function () {
    if (reason !== undefined) this.skip();
    image = await BuiltImage.build();
    environment = await TestEnvironment.create({ sidecarAudiences: [AUDIENCE] });
    files = await mkdtemp(join(tmpdir(), 'pod-'));
  });

  after(async () => {
    if (reason !== undefined) return;
    await environment.stop();
    await image[Symbol.asyncDispose]();
    await rm(files, { recursive: true });
  });

  async function start(
    command: readonly string[],
    env: NodeJS.ProcessEnv,
    output: { readonly file: string } | 'pipe',
  ): Promise<GuardedProcess> {
    const { User: user, WorkingDir: directory } = image.config;
    const variables = { ...image.environment, ...env };
    return await spawnGuarded({
      command: RUN,
      arguments: [image.root, files, user, directory, ...command],
      env: variables,
      output,
    });
  }

  it('runs as 65532, as PID 1, cannot write its files, and can read the compile cache', async () => {
    await writePodFiles(files, await installChart(environment), environment);
    const asked = await start(['node', '-e', ASK], {}, 'pipe');
    const [stdout, stderr] = await Promise.all([text(asked.stdout!), text(asked.stderr!)]);
    assert.notEqual(stdout, '', stderr);
    assert.deepEqual(JSON.parse(stdout), { uid: 65_532, gid: 65_532, pid: 1, written: 'EROFS', cached: true });
  });

  it('contains no npm and no compiler, only the service', () => {
    const tools = ['npm', 'npx', 'corepack', 'yarn', 'gcc', 'cc', 'g++', 'make', 'go', 'python3', 'tsc', 'webpack'];
    const found = ['bin', 'usr/bin', 'usr/local/bin', 'app/node_modules/.bin'].flatMap((folder) =>
      tools.map((tool) => join(folder, tool)).filter((path) => existsSync(join(image.root, path))),
    );
    assert.deepEqual(found, []);
    assert.deepEqual(globSync('node_modules/{npm,typescript,mocha,@swc/core-*}', { cwd: join(image.root, 'app') }), []);
    assert.equal(existsSync(join(image.root, 'app/simulator')), false);
  });

  it('starts what npm start starts, and says what it is', async () => {
    const [node, warnings, ...others] = image.config.Entrypoint;
    // Options of the command line come after those of NODE_OPTIONS, which then could not change them.
    const heap = image.environment['NODE_OPTIONS']?.split(' ') ?? [];
    assert.deepEqual([node, warnings, ...heap, ...others], packageJson.scripts.start.split(' '));
    assert.deepEqual(others, ['worker/main.ts']);
    assert.equal(image.config.Labels['org.opencontainers.image.version'], packageJson.version);
    const commit = image.config.Labels['org.opencontainers.image.revision'] ?? '';
    assert.match(commit, /^[0-9a-f]{40}$/);
    assert.equal(image.environment['GIT_COMMIT'], commit);
  });

  it('contains the codec server, which asks for its configuration', async () => {
    const server = await start(['node', '--no-warnings', 'worker/codec-server/main.ts'], {}, 'pipe');
    const { event, problems } = parseLine((await text(server.stderr!)).trim());
    assert.equal(event, 'ConfigurationInvalid');
    assert.ok((problems as ConfigProblem[]).some(({ variable }) => variable === 'PAYLOAD_KEY_FILE'));
  });

  for (const [what, values] of [
    ['without payload keys', {}],
    ['with payload keys', { payloadKeys: { secretName: 'keys' } }],
  ] as const) {
    it(`restarts a node with the environment, files and rights of the manifests, ${what}, and ends at SIGTERM`, async () => {
      const name = what.replaceAll(' ', '-');
      const deployment = await installChart(environment, values);
      await writePodFiles(files, deployment, environment, { keys: { 'payload-keys': newKey('first') } });
      const variables = variablesOf(deployment);
      const logFile = join(environment.servers.directory, `${environment.namespace}-${name}.log`);
      const service = await start(
        image.config.Entrypoint,
        { ...variables, ...kubeletVariables(environment) },
        { file: logFile },
      );
      try {
        const readyz = `http://127.0.0.1:${variables['PROBE_ADDRESS']?.split(':').pop()}/readyz`;
        await eventually(
          'the service is ready',
          async () => (await fetch(readyz).catch(() => undefined))?.status === 200,
          90_000,
        );
        const node = await environment.addNode(name);
        await environment.restart(name, name);
        assertComplete(await environment.finished(name));
        assert.equal(node.sigtermsReceived, 1);
        assert.equal(requestsOf(node, 'POST').length, 1);
        const lines = await logLines(logFile);
        assert.deepEqual(
          lines.filter(({ level }) => level === 'WARN' || level === 'ERROR'),
          [],
        );
        assert.doesNotMatch(await readFile(logFile, 'utf8'), /Workflow bundle created/);
        const [pidOne = assert.fail()] = descendantsOf(service.pid);
        process.kill(pidOne, 'SIGTERM');
        assert.deepEqual(await service.exited, { code: 0, signal: null });
      } finally {
        await service.stop(1_000);
      }
    });
  }
});
