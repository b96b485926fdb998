import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { ago } from '../takeover/begun-task.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';

const page = readFileSync(new URL('../../docs/takeover.md', import.meta.url), 'utf8');

/** The one command on the page with these words in it, as a reader would paste it. */
function commandWith(words: string): string {
  const blocks = [...page.matchAll(/^( *)```console\n([^]*?)^ *```$/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  const commands = blocks
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .filter((command) => command.includes(words));
  assert.equal(commands.length, 1, `${commands.length} commands on the page have "${words}"`);
  return commands[0] ?? '';
}

const task = { id: 'b2f0a3c1', executionStartedAt: ago(60) };
const ready = {
  type: 'Ready',
  status: 'True',
  reason: 'TaskComplete',
  message: 'Theirs.',
  lastTransitionTime: ago(1),
} as const;
const stale = { step: 'Restarting', message: 'The sidecar restarts seid in place.', reason: 'Queued' };

/** What may be found in a cluster whose service was stopped, and in which the Go controller has worked since. */
const statuses: Readonly<Record<string, SeiNodeTaskStatus | undefined>> = {
  'never-seen': undefined,
  'without-phase': { startedAt: ago(60), step: 'Restarting' },
  pending: { phase: 'Pending', startedAt: ago(60) },
  'not-known-to-be-sent': { phase: 'Running', step: 'Dispatching', task: { ...task, status: 'Running' } },
  sent: { phase: 'Running', step: 'Restarting', task: { ...task, status: 'Running', submittedAt: ago(59) } },
  theirs: { phase: 'Running', task: { ...task, status: 'Pending', submittedAt: ago(59) } },
  'finished-here': {
    phase: 'Complete',
    message: 'Ours.',
    reason: 'TaskComplete',
    task: { ...task, status: 'Complete', submittedAt: ago(59) },
    conditions: [ready],
  },
  'finished-there': { ...stale, phase: 'Complete', task: { ...task, status: 'Complete' }, conditions: [ready] },
  'failed-there': { ...stale, phase: 'Failed', task: { ...task, status: 'Failed' } },
};

describe('docs/takeover.md', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    for (const [name, status] of Object.entries(statuses)) {
      await environment.restart(name, 'validator-0');
      if (status !== undefined)
        await environment.tasks.patchStatus({ namespace: environment.namespace, name }, { status });
    }
  });

  after(() => environment.stop());

  async function run(command: string): Promise<string> {
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      KUBECONFIG: environment.servers.kubernetes.kubeconfig('admin'),
    };
    const shell = spawn('sh', ['-ec', command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
    assert.equal(stderr, '');
    return stdout;
  }

  async function statusOf(name: string): Promise<SeiNodeTaskStatus> {
    return (await environment.tasks.get(environment.namespace, name))?.status ?? assert.fail(`${name} has no status`);
  }

  it('lists with its command the tasks that may not have been sent, and no others', async () => {
    const stdout = await run(commandWith('submittedAt'));
    const own = stdout
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith(`${environment.namespace} `));
    assert.deepEqual(own, [`${environment.namespace} not-known-to-be-sent RestartSeid validator-0 ${task.id}`]);
  });

  it('clears with its command the fields that the Go controller does not know, on terminal tasks', async () => {
    const command = commandWith('"step":null');
    assert.match(command, / -A /);
    const before = await Promise.all(['sent', 'not-known-to-be-sent', 'finished-here'].map(statusOf));
    // Other tests have tasks on the same API server.
    await run(command.replace(' -A ', ` -n ${environment.namespace} `));
    for (const name of ['finished-there', 'failed-there']) {
      const { step, message, reason, phase, task: work } = await statusOf(name);
      assert.deepEqual(
        { step, message, reason, phase, work },
        {
          step: undefined,
          message: undefined,
          reason: undefined,
          phase: statuses[name]?.phase,
          work: statuses[name]?.task,
        },
      );
    }
    assert.deepEqual(
      conditionOf((await environment.tasks.get(environment.namespace, 'finished-there'))!, 'Ready'),
      ready,
    );
    assert.deepEqual(await Promise.all(['sent', 'not-known-to-be-sent', 'finished-here'].map(statusOf)), before);
    assert.equal(await run(command.replace(' -A ', ` -n ${environment.namespace} `)), '');
  });
});
