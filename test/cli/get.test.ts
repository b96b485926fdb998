import assert from 'node:assert/strict';
import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { REASON_ANNOTATION, REQUESTED_BY_ANNOTATION } from '../../api/provenance.ts';
import { TcpProxy } from '../../dev/tcp-proxy.ts';
import { kubeconfigThrough } from '../../dev/kubeconfig-through.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { adminShell, Plugin, runPlugin } from './plugin.ts';

const VERDICT = 'seid of SeiNode a/validator-1 still runs.';

describe('kubectl snt get', () => {
  let environment: TestEnvironment;
  let shell: NodeJS.ProcessEnv;
  const started: Plugin[] = [];

  before(async () => {
    environment = await TestEnvironment.create();
    shell = adminShell(environment.servers);
    await addTask('pending-0', 'validator-0', undefined, { team: 'core' });
    await addTask('running-0', 'validator-0', { phase: 'Running', step: 'Restarting' });
    await addTask(
      'failed-1',
      'validator-1',
      { phase: 'Failed', reason: 'TaskFailed', message: VERDICT },
      { team: 'core' },
    );
  });

  afterEach(async () => {
    for (const plugin of started.splice(0)) {
      plugin.interrupt();
      await plugin.ended();
    }
  });
  after(() => environment.stop());

  async function addTask(name: string, node: string, status?: SeiNodeTaskStatus, labels: object = {}): Promise<void> {
    await environment.tasks.create(environment.namespace, {
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNodeTask',
      metadata: { name, labels, annotations: { [REQUESTED_BY_ANNOTATION]: 'jane', [REASON_ANNOTATION]: 'leak' } },
      spec: { kind: 'RestartSeid', target: { nodeRef: { name: node } }, restartSeid: {} },
    });
    if (status !== undefined) await setStatus(name, status);
  }

  async function setStatus(name: string, status: SeiNodeTaskStatus): Promise<void> {
    const whole = { startedAt: timestamp(Date.now()), ...status };
    await environment.tasks.patchStatus({ namespace: environment.namespace, name }, { status: whole });
  }

  async function rowsOf(...words: string[]): Promise<string[]> {
    const { code, stdout } = await runPlugin(['get', '-n', environment.namespace, ...words], shell);
    assert.equal(code, 0);
    return stdout.trimEnd().split('\n');
  }

  async function namesOf(...words: string[]): Promise<string[]> {
    const rows = await rowsOf('-o', 'name', ...words);
    return rows.map((row) => row.replace('seinodetask.sei.io/', '')).toSorted();
  }

  function start(...words: string[]): Plugin {
    const plugin = new Plugin(['get', '-n', environment.namespace, ...words], shell);
    started.push(plugin);
    return plugin;
  }

  it('selects by node, phase and label, together too', async () => {
    assert.deepEqual(await namesOf('--node', 'validator-0'), ['pending-0', 'running-0']);
    assert.deepEqual(await namesOf('--phase', 'Failed'), ['failed-1']);
    // It has no status yet.
    assert.deepEqual(await namesOf('--phase', 'Pending'), ['pending-0']);
    assert.deepEqual(await namesOf('-l', 'team=core'), ['failed-1', 'pending-0']);
    assert.deepEqual(await namesOf('--node=validator-1', '--selector=team=core', '--phase=Failed'), ['failed-1']);
  });

  it('says that no task is like that', async () => {
    const { stdout, stderr } = await runPlugin(['get', '--node', 'archive-0', '-n', environment.namespace], shell);
    assert.match(stderr, /^There are no such SeiNodeTasks in namespace /);
    assert.equal(stdout, '');
  });

  it('shows with -o wide who asked for a task and why, and verdicts', async () => {
    const [header, ...rows] = await rowsOf('-o', 'wide');
    assert.match(header ?? '', /^NAME +KIND +TARGET +PHASE +STATE +DURATION +AGE +WHO AND WHY +WORKFLOW +MESSAGE$/);
    const row = rows.find((line) => line.startsWith('failed-1 ')) ?? assert.fail(rows.join('\n'));
    assert.match(row, /Requested by jane\. Reason: leak\./);
    assert.ok(row.endsWith(VERDICT), row);
  });

  it('prints with --watch a row for each change until it is interrupted', async () => {
    const plugin = start('--watch');
    await plugin.prints(/^failed-1 /m);
    await addTask('watched-0', 'validator-0');
    await plugin.prints(/^watched-0 .*No service has seen this task yet\.$/m);
    await setStatus('watched-0', { phase: 'Running', step: 'Restarting', message: 'Stopping.' });
    await plugin.prints(/^watched-0 +RestartSeid +validator-0 +Running +Restarting .*Stopping\.$/m);
    await environment.tasks.delete(environment.namespace, 'watched-0');
    await plugin.prints(/^watched-0 +RestartSeid +validator-0 +Running +Deleted /m);
    assert.equal(plugin.stdout.match(/^NAME /gm)?.length, 1);
  });

  it('shows with --watch and --phase how a task leaves the phase, and no others', async () => {
    const plugin = start('-w', '--phase', 'Running');
    await plugin.prints(/^running-0 /m);
    await addTask('other-0', 'validator-0');
    await setStatus('running-0', { phase: 'Complete', step: '', reason: 'TaskComplete' });
    await plugin.prints(/^running-0 +RestartSeid +validator-0 +Complete +TaskComplete /m);
    assert.doesNotMatch(plugin.stdout, /^(?:other-0|failed-1) /m);
    await environment.tasks.delete(environment.namespace, 'other-0');
  });

  it('prints whole resources with --watch -o json, and watches one task by its name', async () => {
    const plugin = start('pending-0', '-w', '-o', 'json');
    await plugin.prints(/"name": "pending-0"/);
    await setStatus('pending-0', { phase: 'Pending', step: 'Queued' });
    await plugin.prints(/"step": "Queued"/);
    assert.doesNotMatch(plugin.stdout, /failed-1/);
  });

  it('continues after a lost connection, and shows what changed in between', async () => {
    const proxy = await TcpProxy.create();
    const address = new URL(environment.servers.kubernetes.url).host;
    await proxy.leadTo(address);
    const kubeconfig = await kubeconfigThrough(proxy, environment.servers, 'get');
    const plugin = start('-w', '--kubeconfig', kubeconfig, '--phase', 'Failed');
    await plugin.prints(/^failed-1 /m);
    await proxy.close();
    await addTask('meantime-0', 'validator-0', { phase: 'Failed', reason: 'Timeout' });
    await proxy.leadTo(address);
    await plugin.prints(/^meantime-0 +RestartSeid +validator-0 +Failed +Timeout /m);
    assert.match(plugin.stderr, /^Trying again: /m);
    await proxy.close();
  });
});
