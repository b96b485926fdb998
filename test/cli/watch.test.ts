import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { TcpProxy } from '../../dev/tcp-proxy.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { adminShell, Plugin, runPlugin, terminal } from './plugin.ts';

/** Slow enough for a status that names the step. */
const SLOW = { slowStopMs: 3_000 };

describe('kubectl snt status --watch', () => {
  let environment: TestEnvironment;
  let shell: NodeJS.ProcessEnv;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
    shell = adminShell(environment.servers);
  });

  after(() => environment.stop());

  function start(words: readonly string[], env = shell): Plugin {
    return new Plugin([...words, '-n', environment.namespace], env);
  }

  /** A wait that has begun and will not end. */
  async function endlessWait(name: string): Promise<SeiNodeTask> {
    await environment.addNode(name);
    await environment.createTask(name, {
      kind: 'AwaitNodesAtHeight',
      target: { nodeRef: { name } },
      awaitNodesAtHeight: { targetHeight: 1_000_000_000 },
    });
    return await environment.taskWhere(name, 'waits on the sidecar', (task) => task.status?.step === 'AwaitingHeight');
  }

  /** Untouched since. */
  async function assertGoesOn(task: SeiNodeTask): Promise<void> {
    const { metadata } =
      (await environment.tasks.get(environment.namespace, task.metadata.name)) ?? assert.fail('gone');
    assert.equal(metadata.resourceVersion, task.metadata.resourceVersion);
  }

  it('prints one line for each change and exits with 0 when the task is Complete', async () => {
    await environment.addNode('complete-0', { faults: SLOW });
    const { code, stdout, stderr } = await start([
      'restart',
      'complete-0',
      '--name',
      'complete',
      '--wait',
      '--timeout',
      '5m',
    ]).ended();
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines[0], 'seinodetask.sei.io/complete created');
    const steps = lines.slice(1).map((line) => line.split('  ').slice(1, 3).join(' '));
    assert.deepEqual(steps.slice(-3), ['Running Dispatching', 'Running Restarting', 'Complete TaskComplete']);
    assert.match(lines.at(-2) ?? '', /^\d+s of 10m0s {2}Running/);
    assert.equal(new Set(steps).size, steps.length);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  it('exits with 1 when the task fails, with the verdict as the last line', async () => {
    await environment.addNode('stubborn-0', { faults: { ignoreSigterm: true } });
    const { code, stdout } = await start(['restart', 'stubborn-0', '-w']).ended();
    assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', /^\d+s {2}Failed {2}TaskFailed {2}.*leaving it running/);
    assert.equal(code, 1);
  });

  it('has nothing to wait for when the task is over', async () => {
    await environment.restart('over', 'absent-0');
    await environment.finished('over');
    const { code, stdout } = await start(['status', 'over', '-w']).ended();
    assert.match(stdout, /^\d+s {2}Failed {2}TargetResolveFailed {2}[^\n]+\n$/);
    assert.equal(code, 1);
  });

  it('exits with 1 when there is no such task', async () => {
    const { code, stderr } = await start(['status', 'nowhere', '-w']).ended();
    assert.match(stderr, /nowhere does not exist/);
    assert.equal(code, 1);
  });

  it('leaves the resource at its end on stdout, and the way there on stderr, with -o', async () => {
    await environment.addNode('program-0');
    const { code, stdout, stderr } = await start(['restart', 'program-0', '-o', 'json', '-w']).ended();
    assert.equal((JSON.parse(stdout) as SeiNodeTask).status?.phase, 'Complete');
    assert.match(stderr, /created\n[^]*Complete {2}TaskComplete/);
    assert.equal(code, 0);
  });

  it('exits with 124 past --timeout, and the task continues', async () => {
    const task = await endlessWait('endless-0');
    const { code, stdout } = await start(['status', 'endless-0', '-w', '--timeout', '1500ms']).ended();
    assert.match(stdout, /^Not over within 1500ms\. The task continues; nothing about it was changed\.$/m);
    assert.match(stdout, /^Watch it again: kubectl snt status endless-0 -w -n /m);
    assert.equal(code, 124);
    await assertGoesOn(task);
  });

  it('exits with 130 after Ctrl-C, and the task continues', async () => {
    const task = await endlessWait('endless-1');
    const watch = start(['status', 'endless-1', '-w']);
    await watch.prints(/AwaitingHeight/);
    watch.interrupt();
    const { code, stdout } = await watch.ended();
    assert.match(stdout, /^Interrupted\. The task continues/m);
    assert.match(stdout, /^Cancel it: kubectl snt cancel endless-1 --reason TEXT -n /m);
    assert.equal(code, 130);
    await assertGoesOn(task);
  });

  it('exits with 1 when the task is deleted', async () => {
    await endlessWait('deleted-0');
    const watch = start(['status', 'deleted-0', '-w']);
    await watch.prints(/AwaitingHeight/);
    await environment.tasks.delete(environment.namespace, 'deleted-0');
    const { code, stdout } = await watch.ended();
    assert.match(stdout, /deleted-0 was deleted, and its end was not seen here\..*kubectl snt history deleted-0/);
    assert.equal(code, 1);
  });

  it('survives a lost connection, and shows what happened until it is back', async () => {
    await using cleanUp = new AsyncDisposableStack();
    const { kubernetes, directory } = environment.servers;
    const address = new URL(kubernetes.url).host;
    const proxy = await TcpProxy.create();
    cleanUp.defer(() => proxy.close());
    await proxy.leadTo(address);
    const kubeconfig = join(directory, `kubeconfig-${environment.namespace}-proxy`);
    await writeFile(
      kubeconfig,
      (await readFile(kubernetes.kubeconfig('admin'), 'utf8')).replaceAll(kubernetes.url, `https://${proxy.address}`),
    );
    await endlessWait('cut-off-0');
    const watch = start(['status', 'cut-off-0', '-w'], { ...shell, KUBECONFIG: kubeconfig });
    await watch.prints(/AwaitingHeight/);
    await proxy.close();
    await watch.prints(/^Trying again: .*no answer from/m);
    await runPlugin(['cancel', 'cut-off-0', '--reason', 'behind its back', '-n', environment.namespace], shell);
    await environment.finished('cut-off-0');
    await proxy.leadTo(address);
    const { code, stdout } = await watch.ended();
    assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', /Failed {2}Cancelled {2}.*behind its back/);
    assert.equal(code, 1);
  });

  it('ends when the right to watch is missing', async () => {
    const { namespace, servers } = environment;
    await environment.kubectl(['create', 'role', 'reader', '--verb=get', '--resource=seinodetasks.sei.io']);
    await environment.kubectl(['create', 'rolebinding', 'reader', '--role=reader', '--user=viewer']);
    await endlessWait('unwatched-0');
    const kubeconfig = servers.kubernetes.kubeconfig('viewer');
    const { code, stdout, stderr } = await start(['status', 'unwatched-0', '-w'], {
      ...shell,
      KUBECONFIG: kubeconfig,
    }).ended();
    assert.match(stdout, /AwaitingHeight/);
    assert.match(stderr, new RegExp(`"viewer" cannot watch resource "seinodetasks" .*"${namespace}".*Grant this verb`));
    assert.equal(code, 1);
  });

  it('has a moving last line on a terminal', async () => {
    await environment.addNode('terminal-0', { faults: SLOW });
    const words = ['restart', 'terminal-0', '--wait', '-n', environment.namespace];
    const { code, stdout } = await new Plugin(words, { ...shell, TERM: 'xterm' }, terminal(60)).ended();
    const drawn = stdout.split('\r\u001B[K');
    assert.ok(drawn.filter((line) => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] Restarting {2}\d+s of 10m0s$/.test(line)).length > 1, stdout);
    assert.match(stdout, /✔ .*Complete {2}TaskComplete/);
    assert.equal(code, 0);
  });
});
