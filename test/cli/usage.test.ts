import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { MAIN, runPlugin, type PluginResult } from './plugin.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

/** Names of the commands that an overview lists. */
function commandsIn(overview: string): string[] {
  return [...overview.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name = '']) => name);
}

describe('the command line of kubectl snt', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubectl-snt-'));
  const node = dirname(process.execPath);
  const shell = {
    HOME: directory,
    PATH: [directory, node, process.env['PATH']].join(delimiter),
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
  };

  before(() => symlinkSync(MAIN, join(directory, 'kubectl-snt')));
  after(() => rmSync(directory, { recursive: true }));

  /** Without a cluster. */
  async function run(line: string): Promise<PluginResult> {
    return await runPlugin(
      line.split(' ').filter((word) => word !== ''),
      shell,
    );
  }

  const misunderstood: readonly (readonly [string, RegExp])[] = [
    ['frobnicate', /^Unknown command 'frobnicate'\. See: kubectl snt --help$/],
    ['statu a --watch', /^Unknown command 'statu' \(Did you mean status\?\)/],
    ['help frobnicate', /^COMMAND must be one of restart, await-height, get, status, .*, got "frobnicate"\.$/],
    ['status a --reason b', /^Unknown option '--reason'\. See: kubectl snt status --help$/],
    ['status a --wat', /^Unknown option '--wat' \(Did you mean --watch\?\)/],
    ['--frobnicate', /^Unknown option '--frobnicate'\. See: kubectl snt --help$/],
    ['restart', /^Missing required argument 'NODE'\. See: kubectl snt restart --help$/],
    ['await-height a', /^Missing required argument 'HEIGHT'/],
    ['cancel a', /^Required option '--reason <TEXT>' not specified/],
    ['restart a b', /^Too many arguments for 'restart'.*: a, b\./],
    ['await-height a abc', /^HEIGHT must be a whole number from 1 to 2\^53-1, got "abc"\.$/],
    ['await-height a 0', /^HEIGHT must be a whole number from 1.*, got "0"\.$/],
    ['await-height a 1e3', /^HEIGHT must be a whole number.*, got "1e3"\.$/],
    ['await-height a 9007199254740993', /^HEIGHT must be a whole number.*, got "9007199254740993"\.$/],
    ['restart A', /^NODE must be a name.*, got "A"\.$/],
    ["history a'b", /^NODE must be a name.*, got "a'b"\.$/],
    ['get -n', /^--namespace needs a value\.$/],
    ['get -n -A', /^--namespace needs a value, and -A looks like an option\. .* write --namespace=-A$/],
    ['get --namespace=', /^--namespace must be a name.*, got ""\.$/],
    ['get --context=', /^--context must be at least one character, got ""\.$/],
    ['cancel a --reason -w', /^--reason needs a value, and -w looks like an option/],
    ['get -o xml', /^--output must be one of wide, json, yaml, name, got "xml"\.$/],
    ['RestartSeid a', /^Unknown command 'RestartSeid'\. RestartSeid is a kind of task\. .*: kubectl snt restart$/],
    ['get --phase Runing', /^--phase must be one of Pending, Running, Complete, Failed, got "Runing"\.$/],
    ['get a --node b', /^NAME selects one task\./],
    ['get --request-timeout soon', /^--request-timeout must be a duration or a number of seconds.*, got "soon"\.$/],
    ['get --as=', /^--as must be at least one character, got ""\.$/],
    ['restart a --require-phase Up', /^--require-phase must be one of Pending, .*, got "Up"\.$/],
    ['restart a --queue-timeout 5', /^--queue-timeout must be a duration above 0.*, got "5"\.$/],
    [
      'restart a --min-seconds-between-restarts 2147483648',
      /^--min-seconds-between-restarts must be a whole number from 0 to 2\^31-1, got "2147483648"\.$/,
    ],
    ['await-height a 1 --min-seconds-between-restarts 5', /^Unknown option '--min-seconds-between-restarts'/],
    ['restart a --dry-run=client', /^--dry-run must be one of server, got "client"\.$/],
    ['restart a --dry-run=server --wait', /^Option '--dry-run <WHERE>' cannot be used with option '-w, --wait'/],
    ['restart a --timeout 5m', /^--timeout needs --wait/],
    ['status a --timeout 5m', /^--timeout needs --watch/],
    ['status a -w --timeout 5', /^--timeout must be a duration above 0.*, got "5"\.$/],
    ['status a -w --timeout 0s', /^--timeout must be a duration above 0.*, got "0s"\.$/],
    ['status a --watch=perhaps', /^Unknown option '--watch=perhaps'/],
    ['restart a --timeout-seconds -1', /^--timeout-seconds needs a value/],
    ['restart a --timeout-seconds=-1', /^--timeout-seconds must be a whole number from 0.*, got "-1"\.$/],
    [
      'restart a --timeout-seconds 9223372036854775808',
      /^--timeout-seconds must be a whole number from 0 to 2\^63-1, got "9223372036854775808"\.$/,
    ],
    ['get a -A', /^A task has its name in one namespace/],
    ['runbook statu a', /^Unknown command 'statu' \(Did you mean status\?\)\. See: kubectl snt runbook --help$/],
    ['runbook status', /^Missing required argument 'RUNBOOK'\. See: kubectl snt runbook status --help$/],
    ['runbook retry a', /^Missing required argument 'NODE'\. See: kubectl snt runbook retry --help$/],
    ['runbook pause a b', /^Too many arguments for 'pause'/],
    ['runbook pause A', /^RUNBOOK must be a name.*, got "A"\.$/],
    ['runbook status a --timeout 5m', /^--timeout needs --watch/],
    ['runbook resume a --timeout 5m', /^--timeout needs --wait/],
    ['runbook abort a --watch', /^Unknown option '--watch'/],
    ['runbook list -o wide', /^--output must be one of json, yaml, name, got "wide"\.$/],
    ['runbook plan', /^Required option '-f, --filename <FILE>' not specified/],
    ['runbook plan -f /none', /^--filename must be a file that can be read: ENOENT/],
    ['runbook plan -f -', /^--filename must be a file with one SeiNodeRunbook, got nothing in -\.$/],
    ['restart a --guard on', /^--guard must be one of Off, Warn, Enforce, got "on"\.$/],
    ['restart a --max-down-percent 20', /^--max-down-percent needs --guard/],
    [
      'restart a --guard Warn --max-down-percent 34',
      /^--max-down-percent must be a whole number from 1 to 33, got "34"/,
    ],
    ['restart a --min-sources 1', /^--min-sources needs --guard/],
    ['restart a --override QuorumAtRisk', /^--override needs --override-reason/],
    ['restart a --override-reason b', /^--override-reason needs --override/],
    ['restart a --override Allowed', /^--override must be one of NodePaused, .*, got "Allowed"\.$/],
    ['await-height a 1 --guard Warn', /^Unknown option '--guard'/],
  ];
  for (const [line, sentence] of misunderstood) {
    it(`refuses \`${line}\` with exit code 2`, async () => {
      const { code, stdout, stderr } = await run(line);
      assert.match(stderr.trimEnd(), sentence);
      assert.deepEqual({ code, stdout, lines: stderr.trimEnd().split('\n').length }, { code: 2, stdout: '', lines: 1 });
    });
  }

  it('takes options anywhere, in short and long form', async () => {
    for (const line of [
      '-n x get --kubeconfig /none',
      'get -nx --kubeconfig=/none',
      '--kubeconfig /none --namespace=x get',
      '-o json -Anx get --kubeconfig=/none',
      'status -wn x a --kubeconfig=/none',
      'status a --watch=true --kubeconfig=/none',
      'runbook -wn x status a --kubeconfig=/none',
      '--kubeconfig /none runbook --reason=b retry a c',
      '--watch --watch=false status a --kubeconfig=/none',
    ]) {
      const { code, stderr } = await run(line);
      assert.match(stderr, /^Cannot load \/none: .*\.\n$/);
      assert.equal(code, 1);
    }
  });

  it('tells what is wrong with the kubeconfig in one sentence', async () => {
    const good = join(directory, 'kubeconfig');
    const clusters = ['one', 'other'].map((name, index) => ({
      name,
      cluster: { server: `https://127.0.0.1:${index + 1}` },
    }));
    const contexts = clusters.map(({ name }) => ({ name, context: { cluster: name, user: 'u' } }));
    writeFileSync(
      good,
      JSON.stringify({ clusters, users: [{ name: 'u', user: { token: 't' } }], contexts, 'current-context': 'gone' }),
    );
    assert.match((await run(`get --kubeconfig ${good}`)).stderr, /current-context "gone" is not among contexts/);
    assert.match(
      (await run(`get --kubeconfig ${good} --context two`)).stderr,
      /there is no context "two"\. Choose one of: one, other\./,
    );
    const { code, stderr } = await run(`get --kubeconfig ${good} --context other`);
    assert.match(stderr, /no answer from https:\/\/127\.0\.0\.1:2 \(ECONNREFUSED.*Check that the API server runs/);
    assert.deepEqual([code, stderr.trimEnd().split('\n').length], [1, 1]);
  });

  it('tells in one sentence that it cannot use a SOCKS proxy', async () => {
    const clusters = [{ name: 'far', cluster: { server: 'https://far.invalid' } }];
    const contexts = [{ name: 'far', context: { cluster: 'far', user: 'u' } }];
    const users = [{ name: 'u', user: { token: 't' } }];
    const kubeconfig = join(directory, 'far');
    writeFileSync(kubeconfig, JSON.stringify({ clusters, users, contexts, 'current-context': 'far' }));
    const env = { ...shell, HTTPS_PROXY: 'socks5://jane:planted@proxy.invalid:1080' };
    assert.deepEqual(await runPlugin(['get', '--kubeconfig', kubeconfig], env), {
      code: 1,
      stdout: '',
      stderr:
        'HTTPS_PROXY=socks5://…@proxy.invalid:1080 is not supported. Write an http or https URL; SOCKS proxies are not supported.\n',
    });
  });

  it('prints the help that docs/cli.md has, by help, by --help and by -h', async () => {
    const overview = await run('help');
    assert.equal(overview.code, 0);
    assert.ok(page.includes(`\`\`\`text\n${overview.stdout}\`\`\``), 'overview');
    assert.equal((await run('')).stdout, overview.stdout);
    assert.equal((await run('--help')).stdout, overview.stdout);
    const names = [...page.matchAll(/^### ([a-z- ]+)$/gm)].map(([, name = '']) => name);
    const actions = commandsIn((await run('help runbook')).stdout).map((action) => `runbook ${action}`);
    const listed = commandsIn(overview.stdout).flatMap((name) => (name === 'runbook' ? [name, ...actions] : [name]));
    assert.deepEqual(names, listed);
    assert.ok(names.length > 17);
    for (const name of names) {
      const { stdout } = await run(`help ${name}`);
      assert.ok(page.includes(`### ${name}\n\n\`\`\`text\n${stdout}\`\`\``), `help ${name}`);
      assert.ok(
        stdout.split('\n').every((row) => row.length <= 80),
        `help ${name} fits 80 columns`,
      );
    }
    for (const name of ['restart', 'runbook', 'runbook status']) {
      const { stdout } = await run(`help ${name}`);
      assert.equal((await run(`${name} --help`)).stdout, stdout);
      assert.equal((await run(`-h ${name}`)).stdout, stdout);
    }
  });

  it('is found by kubectl', () => {
    const { status, stdout } = spawnSync('kubectl', ['snt', 'version'], { env: shell, encoding: 'utf8' });
    assert.match(stdout, /^kubectl-snt \d+\.\d+\.\d+ \(Node v\d+\.\d+\.\d+\)\n$/);
    assert.equal(status, 0);
  });

  it('is completed by kubectl', async () => {
    const script = join(directory, 'kubectl_complete-snt');
    writeFileSync(script, (await run('completion kubectl')).stdout, { mode: 0o755 });
    const { stdout } = spawnSync('kubectl', ['__complete', 'snt', 'st'], { env: shell, encoding: 'utf8' });
    assert.equal(stdout, 'status\tShow where a task stands, or watch it to its end\n:4\n');
  });

  it('is completed by bash', async () => {
    const script = join(directory, 'completion.bash');
    writeFileSync(script, (await run('completion bash')).stdout);
    assert.equal(spawnSync('bash', ['-n', script]).status, 0);
    const complete = (...words: string[]): string[] => {
      const program = `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kubectl_snt; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = spawnSync('bash', ['--norc', '-c', program, script, 'kubectl-snt', ...words], {
        env: shell,
        encoding: 'utf8',
      });
      return stdout.trimEnd().split('\n');
    };
    assert.deepEqual(complete('re'), ['restart']);
    assert.deepEqual(complete('-n', 'x', 'sta'), ['status']);
    assert.deepEqual(complete('--namespace', '=', 'x', 'sta'), ['status']);
    assert.deepEqual(complete('status', '-wn', 'x', 'a', '--t'), ['--timeout']);
    assert.deepEqual(complete('-o', 'json', 'get', '--al'), ['--all-namespaces']);
    assert.deepEqual(complete('restart', '--names'), ['--namespace']);
    assert.deepEqual(complete('status', 'a', '--t'), ['--timeout']);
    assert.deepEqual(complete('get', '-o', ''), ['wide', 'json', 'yaml', 'name']);
    assert.deepEqual(complete('completion', ''), ['bash', 'zsh', 'fish', 'kubectl']);
    assert.deepEqual(complete('help', 'can'), ['cancel']);
    assert.deepEqual(complete('runbook', 're'), ['resume', 'retry']);
    assert.deepEqual(complete('-n', 'x', 'runbook', 'status', 'a', '--w'), ['--watch']);
    assert.deepEqual(complete('restart', 'a', '--guard', 'E'), ['Enforce']);
    assert.deepEqual(complete('restart', 'a', '--override', 'Q'), ['QuorumAtRisk']);
    assert.deepEqual(complete('frobnicate', ''), ['']);
  });

  for (const name of ['zsh', 'fish']) {
    it(`has a script for ${name} that asks the program`, async () => {
      const { code, stdout } = await run(`completion ${name}`);
      assert.match(stdout, /kubectl-snt __complete/);
      assert.equal(code, 0);
    });
  }
});
