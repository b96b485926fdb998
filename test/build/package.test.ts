import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { temporalCli } from '../../dev/binaries/temporal-cli.ts';
import { spawnGuarded } from '../../dev/spawn-guarded.ts';
import { adminShell } from '../cli/plugin.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { eventually } from '../support/eventually.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { execute, Packed, PROJECT } from './packed.ts';

const VALIDATOR = 'guarded-validator';
const OTHERS = ['other-a', 'other-b', 'other-c'];

describe('the npm package', function () {
  this.timeout(300_000);

  let packed: Packed;
  let environment: TestEnvironment;
  let shell: NodeJS.ProcessEnv;

  before(async () => {
    // The pages use one name for the namespace and the chain in it.
    const namespace = `package-${randomBytes(5).toString('hex')}`;
    const validators = [{ name: VALIDATOR, power: '10' }, ...OTHERS.map((name) => ({ name, power: '9' }))];
    const chain = { chainId: namespace, consensus: { validators }, blockIntervalMs: 100 };
    [packed, environment] = await Promise.all([Packed.build(), TestEnvironment.create({ namespace, chain })]);
    await environment.startService();
    const path = [await packed.installPlugin(), dirname(process.execPath), process.env['PATH']].join(delimiter);
    shell = { ...adminShell(environment.servers), PATH: path };
  });

  after(async () => {
    await environment.stop();
    await packed[Symbol.asyncDispose]();
  });

  it('installs a plugin of kubectl that restarts, lists, completes and knows the history', async () => {
    const run = async (program: string, ...words: string[]): Promise<string> =>
      (await execute(program, [...words, '-n', environment.namespace], { env: shell })).stdout;
    await environment.addNode('validator-0');
    await run('kubectl', 'snt', 'restart', 'validator-0', '--name', 'installed', '--wait');
    assert.match(await run('kubectl', 'snt', 'get'), /^installed +RestartSeid +validator-0 +Complete +TaskComplete/m);
    const completion = ['__complete', '-n', environment.namespace, 'status', 'inst'];
    assert.equal((await execute('kubectl-snt', completion, { env: shell })).stdout, 'installed\n');
    await eventually('it is in the history', async () =>
      (await run('kubectl', 'snt', 'history', 'validator-0')).includes('/installed/'),
    );
  });

  describe('in the project examples/runbook', () => {
    let project: string;
    let page: string;

    before(async () => {
      const [readme, authors] = await Promise.all(
        ['examples/runbook/README.md', 'docs/authors.md'].map((name) => readFile(join(PROJECT, name), 'utf8')),
      );
      page = `${readme}\n${authors}`;
      project = await packed.createProject('runbook', page);
      await appendFile(join(project, 'workflows.ts'), "export * from './by-name.ts';\n");
      await Promise.all([...OTHERS, 'untouched'].map((name) => environment.addNode(name)));
      const worker = await spawnGuarded({
        command: process.execPath,
        arguments: ['worker.ts'],
        cwd: project,
        env: shell,
        output: { file: join(environment.servers.directory, `${environment.namespace}-runbooks.log`) },
      });
      environment.added.defer(async () => void (await worker.stop(30_000)));
    });

    afterEach('the chain never stopped', () => assert.deepEqual(environment.fleet.chain.stops, []));

    /** Runs the command of a page that starts a workflow of this type. */
    async function shown(type: string, changes: Readonly<Record<string, string>> = {}): Promise<string> {
      const [command] = new RegExp(`(?<=^\\$ )temporal workflow execute --type ${type} [^]*?'$`, 'm').exec(page) ?? [];
      const texts = { 'arctic-1': environment.namespace, '1200000': '1', ...changes };
      const line = Object.entries(texts).reduce((text, [from, to]) => text.replaceAll(from, to), command ?? '');
      const cli = await temporalCli(process.env, () => {});
      const env = { ...shell, PATH: [dirname(cli), shell['PATH']].join(delimiter), queue: environment.namespace };
      return (await execute('sh', ['-c', line], { env })).stdout;
    }

    it('depends on this package, and on the packages of this project', async () => {
      const [example, { dependencies, devDependencies }] = await Promise.all(
        [project, PROJECT].map(async (folder) => JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))),
      );
      const { 'sei-node-tasks': tarball, ...others } = example.dependencies;
      assert.equal(tarball, `file:${basename(packed.built.tarball)}`);
      for (const [name, version] of Object.entries({ ...others, ...example.devDependencies }))
        assert.equal(version, dependencies[name] ?? devDependencies[name], name);
    });

    it('is shown in docs/authors.md', async () => {
      const text = await readFile(join(PROJECT, 'examples/runbook/workflows.ts'), 'utf8');
      const blocks = [...page.matchAll(/^```ts\n(\/\*\* Restarts [^]*?)^```$/gm)].map(([, block = '']) => block);
      assert.equal(blocks.length, 1);
      for (const block of blocks) assert.ok(text.includes(block), block);
    });

    it('has types that accept the runbook and refuse an option of another type', async () => {
      const check = () => execute(join(PROJECT, 'node_modules/.bin/tsc'), ['--project', project]);
      await check();
      const file = join(project, 'wrong.ts');
      const text = await readFile(join(project, 'workflows.ts'), 'utf8');
      await writeFile(file, text.replace('const chain = { chainId,', 'const chain = { chainId: 1,'));
      await assert.rejects(check, { stdout: /\bwrong\.ts[^]*Type 'number' is not assignable to type 'string'/ });
      await rm(file);
    });

    it('runs its runbook on its own worker: the sentries first, each node once, and all of them at the height', async () => {
      const names = ['sentry-0', 'sentry-1', VALIDATOR];
      const nodes = await Promise.all(names.map((name) => environment.addNode(name)));
      const command = { 'validator-0': VALIDATOR };
      assert.match(await shown('RestartWithSentries', command), /COMPLETED/);
      const sent = () => nodes.map((node) => [requestsOf(node, 'POST').length, node.sigtermsReceived]);
      assert.deepEqual(sent(), [
        [2, 1],
        [2, 1],
        [2, 1],
      ]);
      const times = nodes.map((node) => requestsOf(node, 'POST')[0]?.at ?? 0);
      assert.deepEqual(
        times,
        times.toSorted((one, other) => one - other),
      );
      const runbook = environment.temporal.workflow.getHandle(`restart-${VALIDATOR}`);
      assert.match(await runbook.result(), /\b3 nodes\b.*\bheight [1-9]/);
      for (const name of names) await environment.permitIsFree(name);
      await assert.rejects(shown('RestartWithSentries', command), 'a second start of the id');
      assert.deepEqual(sent().flat(), [2, 1, 2, 1, 2, 1]);
    });

    it('fails before any step when an input is not valid, with field and value', async () => {
      const changes = { 'validator-0': 'untouched', '1200000': '0' };
      await assert.rejects(shown('RestartWithSentries', changes), {
        stdout: /spec\.awaitNodesAtHeight\.targetHeight/,
      });
      assert.deepEqual(environment.fleet.node(environment.namespace, 'untouched').requests, []);
    });

    it('runs a task that is started by name, as a child and from a shell', async () => {
      const [child, alone] = [await environment.addNode('child'), await environment.addNode('alone')];
      const workflowId = `${environment.namespace}/by-name`;
      const message = await environment.temporal.workflow.execute('RestartByName', {
        workflowId,
        taskQueue: 'our-runbooks',
        args: [environment.namespace, 'child', environment.namespace],
      });
      const { verdict } = await environment.temporal.workflow.getHandle(`${workflowId}/restart`).result();
      assert.deepEqual([verdict.phase, verdict.message], ['Complete', message]);
      assertRestartedOnce(child);
      assert.match(await shown('RestartSeid', { 'validator-0': 'alone' }), /COMPLETED/);
      assertRestartedOnce(alone);
    });
  });
});
