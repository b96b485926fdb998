import assert from 'node:assert/strict';
import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { adminShell, Plugin, runPlugin, terminal, type PluginResult } from './plugin.ts';

const COLUMNS = 80;
const PROBLEM = 'the sidecar of SeiNode arctic-1/validator-0 cannot be reached (connect ECONNREFUSED 10.0.12.7:8443)';
const WHO = 'Requested by alice@example.com. Reason: memory leak.';
const SENDING = `The task is being sent. Last problem: ${PROBLEM}. ${WHO}`;
const CANCELLING = `Cancelling: ${PROBLEM}; it is asked again until the wait is taken off it. ${WHO}`;
const FAILED =
  'SeiNode arctic-1/validator-2 does not exist; nothing was done. Check target.nodeRef.name and the namespace.';

const [sending, cancelling, failed] = [
  'restart-validator-0-x7k2p',
  'await-height-validator-1-9qz4c',
  'restart-validator-2-b8h4t',
];
const condition = {
  status: 'True',
  reason: 'TargetResolveFailed',
  message: FAILED,
  lastTransitionTime: timestamp(0),
} as const;

/** What a service would have written. */
const statuses: Readonly<Record<string, SeiNodeTaskStatus>> = {
  [sending]: { phase: 'Running', step: 'Dispatching', message: SENDING },
  [cancelling]: { phase: 'Running', step: 'Cancelling', message: CANCELLING },
  [failed]: {
    phase: 'Failed',
    reason: 'TargetResolveFailed',
    message: `${FAILED} ${WHO}`,
    duration: '1s',
    conditions: [
      { ...condition, type: 'Failed' },
      { ...condition, type: 'Finished' },
    ],
  },
};

/** The text is there in whole words, and no line is too long. */
function assertReadable(lines: readonly string[], text: string): void {
  for (const line of lines) assert.ok(line.length <= COLUMNS, line);
  const all = lines
    .map((line) => line.trim())
    .join(' ')
    .replaceAll(/ +/g, ' ');
  assert.ok(all.includes(text), all);
}

describe(`kubectl snt on a terminal of ${COLUMNS} columns`, () => {
  let environment: TestEnvironment;
  let shell: NodeJS.ProcessEnv;

  before(async () => {
    environment = await TestEnvironment.create();
    shell = { ...adminShell(environment.servers), TERM: 'xterm' };
    const startedAt = timestamp(Date.now());
    for (const [name, status] of Object.entries(statuses)) {
      const node = name.split('-').slice(-3, -1).join('-');
      const waits = { kind: 'AwaitNodesAtHeight', restartSeid: undefined, awaitNodesAtHeight: { targetHeight: 1_000 } };
      await environment.restart(name, node, name === cancelling ? waits : {});
      await environment.tasks.patchStatus(
        { namespace: environment.namespace, name },
        { status: { startedAt, ...status } },
      );
    }
  });

  after(() => environment.stop());

  /** What is seen of it, line by line. */
  async function shown(...words: string[]): Promise<{ code: number | null; lines: string[] }> {
    const plugin = new Plugin([...words, '-n', environment.namespace], shell, terminal(COLUMNS));
    const { code, stdout } = await plugin.ended();
    return {
      code,
      lines: stdout
        .trimEnd()
        .split(/\r?\n/)
        .map((line) => line.split('\r\u001B[K').at(-1) ?? ''),
    };
  }

  async function piped(...words: string[]): Promise<PluginResult> {
    return await runPlugin([...words, '-n', environment.namespace], shell);
  }

  it('get has a row for each task, with its step, and below it what blocks it', async () => {
    const { code, lines } = await shown('get');
    assert.equal(code, 0);
    assert.match(lines[0] ?? '', /^NAME +TARGET +PHASE +STATE/);
    assertReadable(lines, SENDING);
    assertReadable(lines, CANCELLING);
    const rowOf = (name: string): string =>
      lines.find((line) => line.startsWith(`${name} `)) ?? assert.fail(`no row of ${name}`);
    assert.match(rowOf(sending), /validator-0 +Running +Dispatching/);
    assert.match(rowOf(cancelling), /validator-1 +Running +Cancelling/);
    assert.match(rowOf(failed), /validator-2 +Failed +TargetResolveFailed/);
    const below = lines.filter((line) => line.startsWith('  '));
    assert.equal(lines.length, 4 + below.length);
    assert.ok(!lines.join(' ').includes('does not exist'));
  });

  it('get has one row for each task where it goes to a program, with the message as its last column', async () => {
    const { stdout } = await piped('get');
    const [header, ...rows] = stdout.trimEnd().split('\n');
    assert.match(header ?? '', /^NAME +KIND +TARGET +PHASE +STATE +DURATION +AGE +MESSAGE$/);
    assert.equal(rows.length, 3);
    const row = rows.find((text) => text.startsWith(`${cancelling} `)) ?? assert.fail(stdout);
    assert.ok(row.endsWith(`   ${CANCELLING}`), row);
    assert.match(row, /AwaitNodesAtHeight +validator-1 +Running +Cancelling +\d+s +\d+s/);
  });

  for (const [name, step, message] of [
    [sending, 'Dispatching', SENDING],
    [cancelling, 'Cancelling', CANCELLING],
  ] as const) {
    it(`status shows ${step} and the whole message in whole words`, async () => {
      const { lines } = await shown('status', name);
      assert.ok(lines.includes(`Step:      ${step}`), lines.join('\n'));
      assertReadable(lines, message);
      const { stdout } = await piped('status', name);
      assert.match(stdout, new RegExp(`^Step: +${step}$`, 'm'));
      assert.ok(
        stdout.split('\n').some((line) => line.startsWith('Message:') && line.endsWith(message)),
        stdout,
      );
    });

    it(`status --watch shows ${step} and the whole message in whole words`, async () => {
      const { code, lines } = await shown('status', name, '--watch', '--timeout', '1s');
      assert.equal(code, 124);
      assertReadable(
        lines.filter((line) => !line.includes('kubectl snt')),
        `Running ${step} ${message}`,
      );
    });
  }

  it('status prints a verdict once, and the conditions', async () => {
    for (const { lines } of [
      await shown('status', failed),
      { lines: (await piped('status', failed)).stdout.trimEnd().split('\n') },
    ]) {
      const all = lines.map((line) => line.trim()).join(' ');
      assert.equal(all.split('SeiNode arctic-1/validator-2 does not exist').length - 1, 1, all);
      assert.ok(all.includes(FAILED), all);
      assert.match(lines.at(-2) ?? '', /^ {2}Failed=True +TargetResolveFailed$/);
      assert.match(lines.at(-1) ?? '', /^ {2}Finished=True +TargetResolveFailed$/);
    }
  });
});
