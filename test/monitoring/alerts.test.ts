import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { goTool } from '../../dev/binaries/go-tool.ts';
import { reportToStderr } from '../../dev/progress-reporter.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

describe('promtool', () => {
  let promtool: string;

  before(async () => {
    promtool = await goTool('promtool', process.env, reportToStderr);
  });

  it('accepts the rules', async () => {
    const { stdout } = await run(
      promtool,
      ['check', 'rules', '--lint=all', '--lint-fatal', 'deploy/monitoring/rules.yaml'],
      { cwd: ROOT },
    );
    assert.match(stdout, /SUCCESS: \d+ rules found/);
  });

  for (const file of globSync('test/monitoring/rules/*.yaml', { cwd: ROOT }).toSorted()) {
    it(`sees the alerts of ${file} fire and resolve`, async () => {
      await assert.doesNotReject(run(promtool, ['test', 'rules', file], { cwd: ROOT }));
    });
  }
});
