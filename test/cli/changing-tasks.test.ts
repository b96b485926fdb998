import assert from 'node:assert/strict';
import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { adminShell, runPlugin, type PluginResult } from './plugin.ts';

const NOW = timestamp(Date.now());
const WAIT = { kind: 'AwaitNodesAtHeight', restartSeid: undefined, awaitNodesAtHeight: { targetHeight: 1_000 } };
const IMAGE = { kind: 'UpdateNodeImage', restartSeid: undefined, updateNodeImage: { image: 'sei:v2' } };

describe('kubectl snt, of a task that is changed under way and that no service has seen since,', () => {
  let environment: TestEnvironment;
  let shell: NodeJS.ProcessEnv;

  before(async () => {
    environment = await TestEnvironment.create();
    shell = adminShell(environment.servers);
  });

  after(() => environment.stop());

  async function run(...words: string[]): Promise<PluginResult> {
    return await runPlugin([...words, '-n', environment.namespace], shell);
  }

  async function create(name: string, spec: Record<string, unknown>, status: SeiNodeTaskStatus): Promise<void> {
    await environment.restart(name, 'validator-0', spec);
    await environment.tasks.patchStatus({ namespace: environment.namespace, name }, { status });
  }

  const begun = { phase: 'Running', task: { id: 'x', status: 'Running', executionStartedAt: NOW } } as const;
  const sent = { ...begun, task: { ...begun.task, submittedAt: NOW } } as const;
  const follows: Readonly<
    Record<string, readonly [spec: Record<string, unknown>, status: SeiNodeTaskStatus, told: RegExp]>
  > = {
    'not begun': [{}, { phase: 'Pending' }, /^Nothing was sent to the node so far\./],
    'begun and perhaps sent': [
      {},
      begun,
      /^It may have been sent to the node already\. If it was, it is watched to its end/,
    ],
    sent: [{}, sent, /^It was sent to the node and cannot be undone: it is watched to its end/],
    'begun and only waiting': [WAIT, begun, /^The wait is taken off the sidecar if it is there/],
    'sent and only waiting': [WAIT, sent, /^The wait is taken off the sidecar/],
    'setting an image': [IMAGE, begun, /^An image that was set stays set/],
  };
  for (const [what, [spec, status, told]] of Object.entries(follows)) {
    it(`cancel says that it was requested and what follows, when the task is ${what}`, async () => {
      const name = what.replaceAll(' ', '-');
      await create(name, spec, status);
      const { code, stdout, stderr } = await run('cancel', name, '--reason', 'wrong node');
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
      const [first, second = '', third, ...rest] = stdout.trimEnd().split('\n');
      assert.equal(first, `Cancelling of seinodetask.sei.io/${name} was requested.`);
      assert.match(second, told);
      assert.match(second, /Failed, reason Cancelled/);
      assert.equal(third, `Follow it: kubectl snt status ${name} -w -n ${environment.namespace}`);
      assert.deepEqual(rest, []);
    });
  }

  it('status says that cancelling was requested, and why, until the task is over', async () => {
    await create('asked', {}, sent);
    assert.doesNotMatch((await run('status', 'asked')).stdout, /^Cancel:/m);
    await run('cancel', 'asked', '--reason', 'wrong node');
    assert.match((await run('status', 'asked')).stdout, /^Cancel: +requested, because: wrong node$/m);
    await environment.kubectl(['annotate', 'snt', 'asked', '--overwrite', 'sei.io/cancel=']);
    assert.match((await run('status', 'asked')).stdout, /^Cancel: +requested$/m);
    await environment.tasks.patchStatus(
      { namespace: environment.namespace, name: 'asked' },
      { status: { phase: 'Failed' } },
    );
    assert.doesNotMatch((await run('status', 'asked')).stdout, /^Cancel:/m);
  });

  it('status says that the spec was edited and not acted on yet, until the task is over', async () => {
    const where = { namespace: environment.namespace, name: 'edited' };
    await create('edited', { timeoutSeconds: 60 }, { ...sent, observedGeneration: 1 });
    assert.doesNotMatch((await run('status', 'edited')).stdout, /^Edited:/m);
    await environment.tasks.patch(where, { spec: { timeoutSeconds: 90 } });
    assert.match(
      (await run('status', 'edited')).stdout,
      /^Edited: +generation 2; the service has acted on generation 1 so far$/m,
    );
    await environment.tasks.patchStatus(where, { status: { phase: 'Complete' } });
    assert.doesNotMatch((await run('status', 'edited')).stdout, /^Edited:/m);
  });
});
