import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thirdPartyNotices } from '../../scripts/build/third-party-notices.ts';
import { execute, Packed } from './packed.ts';

/** Makes Node believe that it is of another version. */
const asNode = (version: string): string[] => [
  '--import',
  `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`,
];

describe('kubectl-snt.cjs', function () {
  this.timeout(60_000);

  let packed: Packed;
  let file: string;

  before(async () => {
    packed = await Packed.build();
    file = join(packed.built.folder, 'kubectl-snt.cjs');
  });

  after(() => packed[Symbol.asyncDispose]());

  it('runs alone', async () => {
    const { stdout } = await execute(process.execPath, [file, 'version']);
    assert.equal(stdout, `kubectl-snt ${packed.built.version} (Node ${process.version})\n`);
  });

  it('is read from a compile cache of the user when npm has installed it', async () => {
    const home = join(packed.built.folder, 'home');
    const env = { PATH: process.env['PATH'], HOME: home };
    const { stdout } = await execute(process.execPath, [join(packed.built.folder, 'launch.cjs'), 'version'], { env });
    assert.match(stdout, /^kubectl-snt /);
    assert.notDeepEqual(await readdir(join(home, '.cache/kubectl-snt')), []);
  });

  for (const version of ['18.20.8', '20.20.2', '22.18.0'])
    it(`says which Node it needs on Node ${version}`, async () => {
      await assert.rejects(
        execute(process.execPath, [...asNode(version), join(packed.built.folder, 'launch.cjs'), 'version']),
        {
          code: 1,
          stdout: '',
          stderr: /^kubectl-snt needs Node 22\.19 or newer, and this is Node \d+\.\d+\.\d+\. Install [^\n]*\n$/,
        },
      );
    });

  it('takes Node 22.19, as its package states', async () => {
    await execute(process.execPath, [...asNode('22.19.0'), file, 'version']);
    const { engines } = JSON.parse(await readFile(join(packed.built.folder, 'package.json'), 'utf8'));
    assert.deepEqual(engines, { node: '>=22.19' });
  });

  it('has notices with a licence text for each package in it', async () => {
    const notices = await readFile(join(packed.built.folder, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const names = [...notices.matchAll(/^-{80}\n(\S+) \d\S+ \(.+\)\n-{80}\n\n\S/gm)].map(([, name]) => name);
    for (const name of [
      '@kubernetes/client-node',
      '@temporalio/client',
      '@grpc/grpc-js',
      'commander',
      'undici',
      'yaml',
    ])
      assert.ok(names.includes(name), name);
    assert.equal(names.length, notices.match(/^-{80}$/gm)!.length / 2);
  });
});

describe('the notices', () => {
  it('are refused for a package without a licence text', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'notices-'));
    try {
      await writeFile(join(directory, 'package.json'), '{"name": "bare", "version": "1.0.0", "license": "MIT"}');
      await assert.rejects(thirdPartyNotices(directory, ['.']), /^Error: bare 1\.0\.0 \(MIT\) has no licence text/);
      await writeFile(join(directory, 'licence.md'), 'Do as you like.');
      assert.match(await thirdPartyNotices(directory, ['.']), /\nbare 1\.0\.0 \(MIT\)\n-+\n\nDo as you like\.\n/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
