import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assertComplete } from '../support/assert-verdict.ts';
import { TestEnvironment } from '../support/test-environment.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

describe('WORKFLOW_BUNDLE', () => {
  let environment: TestEnvironment;

  beforeEach(async () => {
    environment = await TestEnvironment.create();
  });

  afterEach(() => environment.stop());

  // With a bundle the services of all other tests run.
  it('may be unset: the service then bundles the workflows at its start', async () => {
    await environment.startService({ WORKFLOW_BUNDLE: '' });
    await environment.addNode('unbundled');
    await environment.restart('unbundled', 'unbundled');
    assertComplete(await environment.finished('unbundled'));
  });

  it('is made by npm run bundle, which says what it needs', async () => {
    const { code, stderr } = await new Promise<{ code: number | null; stderr: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        ['--no-warnings', 'worker/bundle.ts'],
        { cwd: PROJECT },
        (_error, _stdout, text) => resolve({ code: child.exitCode, stderr: text }),
      );
    });
    assert.equal(code, 2);
    assert.equal(stderr, 'Usage: npm run bundle -- [--encrypted] <file>\n');
  });
});
