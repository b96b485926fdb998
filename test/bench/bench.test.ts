import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const RESULT_FIELDS = ['metric', 'unit', 'p50', 'p99', 'must', 'ok'];

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
    const { name, results } = JSON.parse(stdout);
    assert.equal(name, 'latency');
    assert.deepEqual(
      results.map(({ metric, must }: { metric: string; must: unknown }) => [metric, must]),
      [
        ['create → POST at the sidecar', { p50: 150, p99: 500 }],
        ['sidecar done → terminal status, 5 s task', { p50: 300 }],
        ['create → Complete, instant sidecar', { p50: 300 }],
      ],
    );
    for (const result of results) {
      assert.deepEqual(Object.keys(result), RESULT_FIELDS);
      assert.equal(result.unit, 'ms');
      assert.ok(result.p50 > 0 && result.p99 >= result.p50, JSON.stringify(result));
      assert.equal(result.ok, result.p50 <= result.must.p50 && result.p99 <= (result.must.p99 ?? Infinity));
    }
    assert.match(stderr, /2 restarts, one after the other/);
  });

  const refused: [commandArguments: string[], problem: string][] = [
    [[], 'No benchmark is named'],
    [['throughput'], 'Unknown benchmark: throughput'],
    [['latency', 'throughput'], 'Unknown benchmark: latency throughput'],
    [['latency', '--fast'], "Unknown option '--fast'"],
    [['latency', '--restarts', 'many'], '--restarts many is not a whole number above 0'],
    [['latency', '--restarts', '0'], '--restarts 0 is not a whole number above 0'],
  ];
  for (const [commandArguments, problem] of refused) {
    it(`refuses ${JSON.stringify(commandArguments)}, and says what there is`, async () => {
      const { code, stdout, stderr } = await bench(...commandArguments);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^Usage: npm run bench -- latency \[--restarts N\] \[--json\]$/m);
      assert.equal(stderr.split('\n', 1).join(), `${problem}.`);
    });
  }
});
