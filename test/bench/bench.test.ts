import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Result } from '../../bench/result.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

async function bench(...commandArguments: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    const command = ['--no-warnings', 'bench/main.ts', ...commandArguments];
    const child = execFile(process.execPath, command, { cwd: PROJECT }, (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }));
  });
}

describe('npm run bench', function () {
  this.timeout(240_000);

  it('-- latency --json prints one object on stdout, and its progress elsewhere', async () => {
    const { code, stdout, stderr } = await bench('latency', '--restarts', '2', '--json');
    assert.equal(code, 0, stderr);
    const { name, options, results } = JSON.parse(stdout);
    assert.deepEqual({ name, options }, { name: 'latency', options: { restarts: 2 } });
    assert.deepEqual(
      results.map(({ metric, unit, goal }: Result) => [metric, unit, goal?.must]),
      [
        ['create → POST at the sidecar, p50', 'ms', 150],
        ['create → POST at the sidecar, p99', 'ms', 500],
        ['sidecar done → terminal status, 5 s task, p50', 'ms', 300],
        ['sidecar done → terminal status, 5 s task, p99', 'ms', undefined],
        ['create → Complete, instant sidecar, p50', 'ms', 300],
        ['create → Complete, instant sidecar, p99', 'ms', undefined],
      ],
    );
    for (const { metric, value } of results) assert.ok(value > 0, `${metric} is ${value}`);
    assert.match(stderr, /2 restarts, one after the other/);
  });

  const refused: [commandArguments: string[], problem: string][] = [
    [[], 'No benchmark is named'],
    [['speed'], 'Unknown benchmark: speed'],
    [['latency', 'throughput'], 'Unknown benchmark: latency throughput'],
    [['latency', '--fast'], "Unknown option '--fast'"],
    [['latency', '--nodes', '3'], 'latency has no --nodes'],
    [['throughput', '--at-once', '1.5'], '--at-once 1.5 is not a whole number above 0'],
    [['throughput', '--others', '-1'], "Option '--others' argument is ambiguous"],
    [['throughput', '--others=-1'], '--others -1 is not a whole number above -1'],
    [['latency', '--restarts', 'many'], '--restarts many is not a whole number above 0'],
    [['latency', '--restarts', '0'], '--restarts 0 is not a whole number above 0'],
  ];
  for (const [commandArguments, problem] of refused) {
    it(`refuses ${JSON.stringify(commandArguments)}, and says what there is`, async () => {
      const { code, stdout, stderr } = await bench(...commandArguments);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^Usage: npm run bench -- throughput \| inflight \| storm \| cost \| latency \[options\] \[--json\]$/m);
      assert.equal(stderr.split('\n', 1).join(), `${problem}.`);
    });
  }
});
