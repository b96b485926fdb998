import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { DemoOutput } from '../../docs/record/demo-output.ts';
import { Program } from '../support/program.ts';

const execute = promisify(execFile);
const NODE_ARGUMENTS = ['--no-warnings', 'demo/main.ts'];

/** Of everything that the demo does, on a busy machine. */
const PLAY_TIMEOUT_MS = 600_000;

describe('npm run demo', function () {
  this.timeout(700_000);
  let demo: Program;

  afterEach(() => demo.kill());

  it('-- --once plays every step, with every check passed, and ends', async () => {
    demo = new Program('npm', ['run', 'demo', '--', '--once']);
    await demo.prints(/the service is ready/);
    assert.equal(await demo.exitCode(PLAY_TIMEOUT_MS), 0, demo.stdout + demo.stderr);
    const { stdout } = demo;
    const [, before, after] =
      /✓ seid is another process: pid (\d+) before, (\d+) after/.exec(stdout) ?? assert.fail(stdout);
    assert.notEqual(before, after);
    assert.match(
      stdout,
      new RegExp(
        `pid ${before} got a SIGTERM\\n[^]*pid ${before} has ended\\n[^]*pid ${after} has started\\n[^]*Complete +Ready=True TaskComplete`,
      ),
    );
    assert.match(stdout, /✓ the sidecar was not restarted: up since 20/);
    assert.match(stdout, /✓ the chain continued: height \d+ before, \d+ after/);
    assert.match(stdout, /✓ kubectl wait returned when the restart was over\n/);
    assert.match(stdout, /✓ kubectl wait returned when the restart was over, although it failed\n/);
    assert.match(stdout, /restart-validator-0 +RestartSeid +validator-0 +Complete/);
    const stubborn =
      /Failed +Failed=True TaskFailed\n([^✓]*)/.exec(stdout)?.[1]?.replaceAll(/\s+/g, ' ') ?? assert.fail(stdout);
    assert.match(
      stubborn,
      /reported failure: seid pid \d+ still alive 4s after SIGTERM; leaving it running \(not force-killing a validator mid-commit\)/,
    );
    assert.match(stdout, /✓ seid still runs: pid (\d+) before and after/);
    assert.match(stdout, /restart-stubborn-0 +RestartSeid +stubborn-0 +Failed +\d+s +TaskFailed/);
    assert.match(
      stdout,
      /runbook-validator-1\/restart +RestartSeid +COMPLETED .* TaskComplete\n +runbook-validator-1\/await-height +AwaitNodesAtHeight +COMPLETED .* TaskComplete/,
    );
    assertRollingRestart(stdout);
    await assertDocumented(stdout);
    assert.match(stdout, /All \d+ checks passed\n$/);
    assert.doesNotMatch(stdout, /✗/);
    await demo.leavesNoProcess();
  });

  it('stays up without kubectl too, and Ctrl-C ends it with everything that it has started', async () => {
    const withoutKubectl = { ...process.env, PATH: '/nonexistent' };
    demo = new Program(process.execPath, [...NODE_ARGUMENTS, '--rolling-restart'], withoutKubectl);
    const told = await demo.prints(/curl -X PUT .*\n/, PLAY_TIMEOUT_MS);
    assert.match(told, /kubectl is not on the PATH; restart-all\.yaml is created through the API/);
    assert.match(told, /All \d+ checks passed/);
    const [, directory] = /^export KUBECONFIG=(.*)\/kubeconfig-admin$/m.exec(told) ?? assert.fail(told);
    const urls = ['Temporal UI', 'probes', 'metrics'].map(
      (what) => new RegExp(`${what} +(http://\\S+)`).exec(told)?.[1] ?? assert.fail(told),
    );
    for (const url of urls) assert.equal((await fetch(url)).status, 200, url);
    const commands = [...told.matchAll(/^(?:export|snt) .*$|^snt\(\).*$/gm)].map(([line]) => line);
    const tried = await execute('sh', ['-ec', commands.join('\n')]);
    assert.match(tried.stdout, /Complete[^]*\brestart-validator-1/);
    assert.match(tried.stdout, /Runbook: +arctic-1\/restart-all\n[^]*Nodes: +10\/10\b/);

    demo.pressControlC();
    assert.equal(await demo.exitCode(), 0, demo.stderr);
    assert.match(demo.stdout, /\nStopping\n$/);
    await demo.leavesNoProcess();
    for (const url of urls) await assert.rejects(fetch(url), url);
    assert.equal(existsSync(directory ?? ''), false);
  });

  it('ends with 130 when Ctrl-C comes before the last step', async () => {
    demo = new Program(process.execPath, NODE_ARGUMENTS);
    await demo.prints(/Temporal, etcd and kube-apiserver serve/);
    demo.pressControlC();
    assert.equal(await demo.exitCode(), 130, demo.stderr);
    assert.match(demo.stdout, /Stopped before the last step/);
    await demo.leavesNoProcess();
  });

  it('refuses a flag that it does not know, and says which it knows', async () => {
    demo = new Program(process.execPath, [...NODE_ARGUMENTS, '--forever']);
    assert.equal(await demo.exitCode(), 2);
    assert.match(
      demo.stderr,
      /^Unknown option '--forever'\.\nUsage: npm run demo -- \[--once\] \[--rolling-restart\]\n/,
    );
    assert.equal(demo.stdout, '');
  });
});

/** Of chapters 6 to 9: the demo has compared the fields itself. */
function assertRollingRestart(stdout: string): void {
  assert.match(stdout, /^ +3 +full-2 [^]*^ +4 +validator-6 [^]*^ +10 +validator-0 /m);
  assert.match(stdout, /NeedsOperator/);
  assert.match(stdout, /✓ validator-3 failed at its gate, and the runbook needs an operator/);
  assert.match(stdout, /Guard: +QuorumAtRisk, 34 of 100 power down \(34%\) at height \d+/);
  assert.match(stdout, /✓ it was aborted and has restarted nothing/);
  assert.match(stdout, /✓ the chain never stopped: [1-9]\d+ blocks, each signed by at least (6[789]|[78]\d) of 100/);
  assert.match(stdout, /restart-all +RollingRestart +arctic-1 +Complete +10\/10/);
  assert.match(stdout, /restart-urgent +RollingRestart +arctic-1 +Aborted +0\/1/);
}

/** docs/runbooks.md shows the commands of today; if it should, run `npm run record-docs`. */
async function assertDocumented(stdout: string): Promise<void> {
  const document = await readFile(new URL('../../docs/runbooks.md', import.meta.url), 'utf8');
  assert.deepEqual(commandsIn(document), commandsIn(new DemoOutput(stdout).commands(document)));
}

function commandsIn(text: string): readonly string[] {
  return text.match(/^\$ .*$/gm) ?? [];
}
