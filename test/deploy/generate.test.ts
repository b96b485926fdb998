import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const NOT_COPIED = ['node_modules', '.git', 'test'];

describe('scripts/generate.ts', () => {
  let copy: string;

  before(async () => {
    copy = await mkdtemp(join(tmpdir(), 'generate-'));
    await cp(PROJECT, copy, { recursive: true, filter: (source) => !NOT_COPIED.includes(basename(source)) });
    await symlink(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  });
  after(() => rm(copy, { recursive: true }));

  async function generate(...commandArguments: string[]): Promise<{ code: number | null; stderr: string }> {
    return await new Promise((resolve) => {
      const script = join(copy, 'scripts/generate.ts');
      const child = execFile(
        process.execPath,
        ['--no-warnings', script, ...commandArguments],
        (_error, _stdout, stderr) => resolve({ code: child.exitCode, stderr }),
      );
    });
  }

  it('--check passes for the committed files', async () => {
    assert.deepEqual(await generate('--check'), { code: 0, stderr: '' });
  });

  const generated = [
    'deploy/crd/seinodetasks.sei.io.yaml',
    'deploy/crd/seinoderunbooks.sei.io.yaml',
    'deploy/crd/local/seinodes.sei.io.yaml',
    'deploy/admission/task-kinds.yaml',
  ];
  for (const name of generated) {
    it(`--check names ${name} when it is stale or missing and writes nothing, and generate writes it`, async () => {
      const file = join(copy, name);
      const committed = await readFile(file, 'utf8');
      await appendFile(file, '# touched\n');
      const { code, stderr } = await generate('--check');
      assert.deepEqual([code, stderr], [1, `${name} is stale: run \`npm run generate\` and commit the result.\n`]);
      assert.equal(await readFile(file, 'utf8'), `${committed}# touched\n`);
      await rm(file);
      assert.equal((await generate('--check')).code, 1);
      assert.equal((await generate()).code, 0);
      assert.equal(await readFile(file, 'utf8'), committed);
    });
  }
});
