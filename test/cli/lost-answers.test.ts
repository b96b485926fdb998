import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { HttpGate } from '../support/http-gate.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { adminShell, runPlugin, type PluginResult } from './plugin.ts';

describe('kubectl snt, when the answer to the creation of a task is lost,', () => {
  let environment: TestEnvironment;
  let gate: HttpGate;
  let shell: NodeJS.ProcessEnv;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
    const { kubernetes, directory } = environment.servers;
    gate = await HttpGate.listen({ url: kubernetes.url, caFile: kubernetes.caFile });
    const kubeconfig = join(directory, `kubeconfig-${environment.namespace}-gate`);
    const content = {
      clusters: [{ name: 'gate', cluster: { server: gate.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'admin', user: { token: kubernetes.token('admin') } }],
      contexts: [{ name: 'gate', context: { cluster: 'gate', user: 'admin', namespace: environment.namespace } }],
      'current-context': 'gate',
    };
    await writeFile(kubeconfig, JSON.stringify(content), { mode: 0o600 });
    shell = { ...adminShell(environment.servers), KUBECONFIG: kubeconfig };
  });

  afterEach(() => gate.resume('seinodetasks'));
  after(async () => {
    await gate[Symbol.asyncDispose]();
    await environment.stop();
  });

  async function restart(node: string, ...words: string[]): Promise<PluginResult> {
    return await runPlugin(['restart', node, ...words], shell);
  }

  async function tasksOn(node: string): Promise<SeiNodeTask[]> {
    const { items } = await environment.tasks.listPage({ namespace: environment.namespace });
    return items.filter(({ spec }) => (spec?.['target'] as { nodeRef?: { name?: string } })?.nodeRef?.name === node);
  }

  for (const words of [[], ['--name', 'lost-by-name']])
    it(`finds the task and follows it, ${words.length === 0 ? 'with a generated name' : 'with --name'}`, async () => {
      const name = words.length === 0 ? 'lost-0' : 'lost-1';
      const node = await environment.addNode(name);
      const lost = gate.loseAnswers('seinodetasks', ({ method }) => method === 'POST');
      const { code, stdout, stderr } = await restart(name, '--wait', ...words);
      assert.match(stderr, /^Looking whether SeiNodeTask \S+ was created: POST .*\n$/);
      assert.match(stdout, /^seinodetask\.sei\.io\/\S+ created\n[^]*Complete {2}TaskComplete/);
      assert.deepEqual([code, lost.times, (await tasksOn(name)).length], [0, 1, 1]);
      assert.deepEqual([requestsOf(node, 'POST').length, node.sigtermsReceived], [1, 1]);
    });

  it('does not take a task of another request for its own', async () => {
    const node = await environment.addNode('taken-0');
    await environment.restart('taken', 'taken-0');
    await environment.finished('taken');
    gate.loseAnswers('seinodetasks', ({ method }) => method === 'POST');
    const { code, stdout, stderr } = await restart('taken-0', '--name', 'taken', '--wait');
    assert.match(stderr, /SeiNodeTask \S+\/taken exists, and this command did not create it\./);
    assert.deepEqual([code, stdout, node.sigtermsReceived], [1, '', 1]);
  });

  it('says that it is not known, and never that it can be repeated, when the task is not found', async () => {
    await environment.addNode('gone-0');
    gate.refuse('seinodetasks', ({ method }) => method === 'POST', 504);
    const { code, stdout, stderr } = await restart('gone-0');
    assert.match(
      stderr,
      /It is not known whether SeiNodeTask \S+ is created.*kubectl snt get restart-gone-0-\w{5} -n /,
    );
    assert.doesNotMatch(stderr, /repeat/i);
    assert.deepEqual([code, stdout], [1, '']);
  });

  it('says so when the task cannot be read either', async () => {
    await environment.addNode('dark-0');
    gate.loseAnswers('seinodetasks', () => true);
    const { code, stderr } = await restart('dark-0');
    assert.match(stderr, /It is not known whether SeiNodeTask \S+ was created, and it cannot be read\./);
    assert.doesNotMatch(stderr, /repeat/i);
    assert.deepEqual([code, (await tasksOn('dark-0')).length], [1, 1]);
  });

  it('creates nothing for a node that does not exist, and suggests one that does', async () => {
    await environment.addNode('existing-0');
    const { code, stdout, stderr } = await restart('exsiting-0', '--dry-run=server');
    assert.match(
      stderr,
      /^SeiNode \S+\/exsiting-0 does not exist; nothing was created\. Did you mean existing-0\? List the nodes: kubectl get seinodes -n \S+\n$/,
    );
    assert.deepEqual([code, stdout], [1, '']);
  });
});
