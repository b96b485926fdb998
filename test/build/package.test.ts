import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { temporalCli } from '../../dev/binaries/temporal-cli.ts';
import { spawnGuarded } from '../../dev/spawn-guarded.ts';
import { adminShell } from '../cli/plugin.ts';
import { assertRestartedOnce } from '../support/assert-restarted-once.ts';
import { eventually } from '../support/eventually.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { execute, Packed, PROJECT } from './packed.ts';

describe('the npm package', function () {
  this.timeout(300_000);

  let packed: Packed;
  let environment: TestEnvironment;
  let shell: NodeJS.ProcessEnv;

  before(async () => {
    [packed, environment] = await Promise.all([Packed.build(), TestEnvironment.create()]);
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

  describe('in a project of its own, as docs/authors.md shows it', () => {
    let project: string;
    let page: string;

    before(async () => {
      page = await readFile(join(PROJECT, 'docs/authors.md'), 'utf8');
      project = await packed.createProject(page);
      await appendFile(join(project, 'workflows.ts'), "export * from './by-name.ts';\n");
      const worker = await spawnGuarded({
        command: process.execPath,
        arguments: ['worker.ts'],
        cwd: project,
        env: shell,
        output: { file: join(environment.servers.directory, `${environment.namespace}-runbooks.log`) },
      });
      environment.added.defer(async () => void (await worker.stop(30_000)));
    });

    /** Runs the command of the page that starts a workflow of this type. */
    async function shown(type: string, changes: Readonly<Record<string, string>> = {}): Promise<string> {
      const [command] = new RegExp(`(?<=^\\$ )temporal workflow execute --type ${type} [^]*?'$`, 'm').exec(page) ?? [];
      const texts = { 'arctic-1': environment.namespace, '1200000': '1', ...changes };
      const line = Object.entries(texts).reduce((text, [from, to]) => text.replaceAll(from, to), command ?? '');
      const cli = await temporalCli(process.env, () => {});
      const env = { ...shell, PATH: [dirname(cli), shell['PATH']].join(delimiter), queue: environment.namespace };
      return (await execute('sh', ['-c', line], { env })).stdout;
    }

    it('has types that accept the runbook and refuse a payload of another type', async () => {
      const check = () => execute(join(PROJECT, 'node_modules/.bin/tsc'), ['--project', project]);
      await check();
      const file = join(project, 'wrong.ts');
      const text = await readFile(join(project, 'workflows.ts'), 'utf8');
      await writeFile(file, text.replace('payload: { targetHeight }', "payload: { targetHeight: 'high' }"));
      await assert.rejects(check, { stdout: /^wrong\.ts.*Type 'string' is not assignable to type 'number'/m });
    });

    it('runs a runbook on the worker of the project, whose steps the service carries out', async () => {
      const node = await environment.addNode('composed');
      const names = { 'validator-0': 'composed' };
      assert.match(await shown('RestartAndCatchUp', names), /COMPLETED/);
      assertRestartedOnce(node);
      const runbook = environment.temporal.workflow.getHandle('catch-up-composed');
      const { verdict } = await environment.temporal.workflow.getHandle(`${runbook.workflowId}/wait`).result();
      assert.equal(await runbook.result(), verdict.message);
      await environment.permitIsFree('composed');
      await assert.rejects(shown('RestartAndCatchUp', names), 'a second start of the id');
      assertRestartedOnce(node);
    });

    it('fails before any step when an input is not valid, with field and value', async () => {
      const node = await environment.addNode('refused');
      await assert.rejects(shown('RestartAndCatchUp', { 'validator-0': 'refused', '1200000': '0' }), {
        stdout: /spec\.awaitNodesAtHeight\.targetHeight/,
      });
      assert.deepEqual(node.requests, []);
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
