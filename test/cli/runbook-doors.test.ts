import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunbookVerb } from '../../api/runbook-phases.ts';
import type { RunbookStatus, SeiNodeRunbook } from '../../api/sei-node-runbook.ts';
import { SEI_NODE_RUNBOOK } from '../../api/resources.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import { runbookSpec } from '../runbook/runbook-manifests.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { adminShell, Plugin, runPlugin, type PluginResult } from './plugin.ts';

/** The gate is short, and the chain of these tests is fast. */
const gate = { blocks: 3, timeoutSeconds: 120 };
/** Bound on a test that will fail, in milliseconds. */
const WAIT_MS = 120_000;
/** These tests restart the same nodes again and again. */
const override = { checks: ['RestartedRecently'], reason: 'a test' };

function manifest(name: string, spec: object): object {
  return {
    apiVersion: 'sei.io/v1alpha1',
    kind: 'SeiNodeRunbook',
    metadata: { name },
    spec: runbookSpec({ gate, override, ...spec }),
  };
}

describe('kubectl snt runbook, with a service,', function () {
  this.timeout(360_000);
  let environment: TestEnvironment;
  let runbooks: ResourceClient<SeiNodeRunbook>;
  let shell: NodeJS.ProcessEnv;
  let directory: string;

  before(async () => {
    environment = await TestEnvironment.create({
      chain: {
        consensus: { validators: ['a', 'b', 'c', 'd'].map((name) => ({ name, power: name === 'a' ? '10' : '9' })) },
        blockIntervalMs: 100,
      },
    });
    for (const name of ['a', 'b', 'c', 'd']) await environment.addNode(name);
    for (const name of ['full-a', 'full-b']) await environment.addNode(name, { role: 'fullNode' });
    await environment.addNode('stubborn', { role: 'fullNode', faults: { ignoreSigterm: true } });
    await environment.startService();
    runbooks = new ResourceClient<SeiNodeRunbook>(environment.admin, SEI_NODE_RUNBOOK);
    shell = adminShell(environment.servers);
    directory = await mkdtemp(join(tmpdir(), 'runbook-doors-'));
  });
  after(async () => {
    await environment.stop();
    await rm(directory, { recursive: true });
  });

  function start(...words: readonly string[]): Plugin {
    return new Plugin(['runbook', ...words, '-n', environment.namespace], shell);
  }

  async function run(...words: readonly string[]): Promise<PluginResult> {
    return await start(...words).ended();
  }

  async function fileOf(name: string, spec: object): Promise<string> {
    const file = join(directory, `${name}.json`);
    await writeFile(file, JSON.stringify(manifest(name, spec)));
    return file;
  }

  async function create(name: string, spec: object): Promise<void> {
    await runbooks.create(environment.namespace, manifest(name, spec));
  }

  async function statusOf(name: string): Promise<RunbookStatus> {
    return (await runbooks.get(environment.namespace, name))?.status ?? assert.fail(`${name} has no status`);
  }

  /** The answer is a refusal, and what is printed is its sentence. */
  async function assertRefused(name: string, verb: RunbookVerb, node?: string): Promise<string> {
    const { code, stdout, stderr } = await run(verb, name, ...(node === undefined ? [] : [node]));
    const { control } = await statusOf(name);
    assert.partialDeepStrictEqual(control, { verb, accepted: false, ...(node === undefined ? {} : { node }) });
    assert.ok(stderr.startsWith(control?.message ?? 'no message'), stderr);
    assert.deepEqual([code, stdout], [1, '']);
    return stderr;
  }

  async function assertAccepted(name: string, verb: RunbookVerb, ...operands: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await run(verb, name, ...operands);
    const { control } = await statusOf(name);
    assert.partialDeepStrictEqual(control, { verb, accepted: true });
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `${control?.message}\n`, stderr: '' });
  }

  it('plans with the powers and verdicts of the chain, touches nothing and leaves nothing behind', async () => {
    const file = await fileOf('planned', { targets: { nodes: ['a', 'full-a', 'b'] } });
    const { code, stdout, stderr } = await run('plan', '-f', file);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Phase: +Complete \(DryRun\)/m);
    assert.match(stdout, /^1 +full-a +Pending .*no voting power/m);
    assert.match(stdout, /^2 +b +Pending +9 +With SeiNode \S+\/b down, 9 of 37 voting power/m);
    assert.match(stdout, /^3 +a +Pending +10 /m);
    const { items } = await runbooks.listPage({ namespace: environment.namespace });
    assert.deepEqual(
      items.filter(({ metadata }) => metadata.name.startsWith('planned')),
      [],
    );
  });

  it('does not plan with a field that the API server does not know', async () => {
    const file = await fileOf('misspelled', { strategy: { maxUnavailble: 2 } });
    const { code, stdout, stderr } = await run('plan', '-f', file);
    assert.match(stderr, /unknown field "spec\.strategy\.maxUnavailble"/);
    assert.deepEqual([code, stdout], [1, '']);
  });

  it('shows a node that fails, refuses what does not fit, and continues after a retry', async () => {
    await create('fails', { targets: { nodes: ['stubborn', 'full-b'] }, strategy: { order: 'Listed' } });
    const watch = start('status', 'fails', '-w');
    await watch.prints(/^Phase: +NeedsOperator \(NodesFailed\)/m, WAIT_MS);
    await watch.prints(
      new RegExp(`^ +kubectl snt runbook retry fails stubborn -n ${environment.namespace}$`, 'm'),
      WAIT_MS,
    );
    await assertRefused('fails', 'retry', 'full-b');
    assert.match(await assertRefused('fails', 'skip', 'stuborn'), /Did you mean stubborn\?$/m);
    await assertRefused('fails', 'promote');
    environment.fleet.node(environment.namespace, 'stubborn').setFaults({});
    const retry = await run('retry', 'fails', 'stubborn', '--wait');
    assert.match(retry.stdout, /^Node stubborn is next\.[^]*^Phase: +Complete/m);
    const watched = await watch.ended();
    assert.match(watched.stdout, /^1 +stubborn +Complete +try 2 /m);
    assert.deepEqual([retry.code, watched.code, watched.stderr], [0, 0, '']);
    const late = await run('pause', 'fails');
    assert.match(late.stderr, /fails is already Complete; nothing was changed\./);
    assert.equal(late.code, 1);
  });

  it('is paused, resumed, promoted and aborted', async () => {
    await create('steered', {
      targets: { nodes: ['full-a', 'full-b', 'b'] },
      strategy: { canary: { count: 1 } },
      paused: true,
    });
    const watch = start('status', 'steered', '-w');
    await watch.prints(/\(PausedBySpec\)/, WAIT_MS);
    await watch.prints(
      /^ +kubectl patch seinoderunbook steered --type merge -p '\{"spec":\{"paused":false\}\}' /m,
      WAIT_MS,
    );
    await assertRefused('steered', 'resume');
    await assertAccepted('steered', 'pause', '--reason', 'incident 42');
    await assertRefused('steered', 'pause');
    await runbooks.patch({ namespace: environment.namespace, name: 'steered' }, { spec: { paused: false } });
    await watch.prints(/PausedByOperator/, WAIT_MS);
    await assertAccepted('steered', 'resume');
    await watch.prints(/\(CanaryPassed\)/, WAIT_MS);
    await assertAccepted('steered', 'skip', 'full-b');
    await assertAccepted('steered', 'promote');
    await assertAccepted('steered', 'abort', '--reason', 'enough');
    const { code, stdout } = await watch.ended();
    assert.match(stdout, /^Phase: +Aborted \(AbortedByOperator\)/m);
    assert.match(stdout, /^\d +full-b +Skipped$/m);
    assert.equal(code, 1);
  });

  it('lists and completes names, and asks for rights as another user', async () => {
    const { namespace } = environment;
    await create('listed', { targets: { nodes: ['full-a'] }, paused: true });
    const { stdout } = await run('list', '-o', 'name');
    assert.ok(stdout.split('\n').includes('seinoderunbook.sei.io/listed'), stdout);
    const words = ['__complete', '-n', namespace, 'runbook', 'skip', 'listed', 'stub'];
    assert.equal((await runPlugin(words, shell)).stdout, 'stubborn\n');
    const { code, stderr } = await run('pause', 'listed', '--as', 'nobody');
    assert.match(stderr, /"nobody" cannot get resource "seinoderunbooks"/);
    assert.equal(code, 1);
    await assertAccepted('listed', 'abort');
  });

  it('restarts a node with the guard and an override of the command line', async () => {
    const words = ['restart', 'b', '--name', 'guarded', '--guard', 'Enforce', '--max-down-percent', '30', '-w'];
    const passed = [
      '--override',
      'RestartedRecently',
      '--override',
      'NearUpgradeHeight',
      '--override-reason',
      'a test',
    ];
    const { code, stdout } = await runPlugin([...words, ...passed, '-n', environment.namespace], shell);
    assert.match(stdout, /Complete {2}TaskComplete/);
    assert.equal(code, 0);
    const task = await environment.tasks.get(environment.namespace, 'guarded');
    assert.partialDeepStrictEqual(task?.spec, {
      guard: { mode: 'Enforce', maxDownPercent: 30 },
      override: { checks: ['RestartedRecently', 'NearUpgradeHeight'], reason: 'a test' },
    });
  });
});
