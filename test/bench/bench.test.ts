import assert from 'node:assert/strict';
import type { Result } from '../../bench/result.ts';
import { Program } from '../support/program.ts';

const bench = (...commandArguments: string[]): Program =>
  new Program(process.execPath, ['--no-warnings', 'bench/main.ts', ...commandArguments]);

describe('npm run bench', function () {
  this.timeout(240_000);

  let program: Program;

  afterEach(() => program.kill());

  it('-- latency --json prints one object on stdout, and its progress elsewhere', async () => {
    program = bench('latency', '--restarts', '2', '--waiters', '2', '--json');
    assert.equal(await program.exitCode(), 0, program.stderr);
    const { stdout, stderr } = program;
    const { name, options, results } = JSON.parse(stdout);
    assert.deepEqual({ name, options }, { name: 'latency', options: { restarts: 2, waiters: 2 } });
    assert.deepEqual(
      results.map(({ metric, unit, goal }: Result) => [metric, unit, goal?.must]),
      [
        ['create → POST at the sidecar, p50', 'ms', 150],
        ['create → POST at the sidecar, p99', 'ms', 500],
        ['the same, floor: start → second activity, p50', 'ms', 2],
        ['sidecar done → terminal status, 5 s task, p50', 'ms', 300],
        ['sidecar done → terminal status, 5 s task, p99', 'ms', undefined],
        ['create → Complete, instant sidecar, p50', 'ms', 300],
        ['create → Complete, instant sidecar, p99', 'ms', undefined],
        ['done → next POST, 2 waiters on one node, p50', 'ms', 1_000],
        ['done → next POST, 2 waiters on one node, p99', 'ms', undefined],
      ],
    );
    for (const { metric, value } of results) assert.ok(value > 0, `${metric} is ${value}`);
    assert.match(stderr, /2 restarts, one after the other/);
  });

  it('-- finished measures without servers that the bridge keeps a small part of a finished task', async () => {
    program = bench('finished', '--tasks', '500', '--json');
    assert.equal(await program.exitCode(), 0, program.stderr);
    const [kept, whole] = (JSON.parse(program.stdout) as { readonly results: readonly Result[] }).results;
    assert.ok((kept?.value ?? NaN) > 0 && (kept?.value ?? NaN) < (whole?.value ?? NaN) / 2, program.stdout);
  });

  it('-- guard measures without servers what an evaluation takes', async () => {
    program = bench('guard', '--validators', '4', '--sources', '2', '--runs', '3', '--json');
    assert.equal(await program.exitCode(), 0, program.stderr);
    const { results } = JSON.parse(program.stdout) as { readonly results: readonly Result[] };
    assert.deepEqual(
      results.map(({ unit, goal }) => [unit, goal?.must]),
      [
        ['ms', 5],
        ['ms', undefined],
        ['ms', undefined],
        ['ms', undefined],
      ],
    );
  });

  it('-- runbook measures a rolling restart, and how much of it is recorded', async () => {
    program = bench('runbook', '--nodes', '3', '--at-once', '2', '--json');
    assert.equal(await program.exitCode(), 0, program.stderr);
    const { results } = JSON.parse(program.stdout) as { readonly results: readonly Result[] };
    const valueOf = (metric: string): number => results.find((result) => result.metric === metric)?.value ?? NaN;
    assert.deepEqual(
      results.flatMap(({ metric, goal }) => (goal === undefined ? [] : [[metric, goal.must]])),
      [
        ['history events of the runbook per node', 25],
        ['largest status', 200],
      ],
    );
    // Three nodes with the start and the end of the runbook.
    const events = valueOf('history events of the runbook per node');
    assert.ok(events > 10 && events < 60, program.stdout);
    assert.ok(valueOf('largest status') > 0.5 && valueOf('largest status') < 20, program.stdout);
    assert.equal(valueOf('runs of its workflow'), 1);
  });

  it('refuses what it does not know, and says what there is', async () => {
    program = bench('speed');
    assert.equal(await program.exitCode(), 2);
    assert.equal(program.stdout, '');
    assert.match(
      program.stderr,
      /^Unknown benchmark: speed\.\nUsage: npm run bench -- throughput \| inflight \| storm \| cost \| latency \| profile \| finished \| plugin \| guard \| runbook \[options\] \[--json\]$/m,
    );
  });
});
