import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { krewManifest } from '../../scripts/build/krew-manifest.ts';
import { platforms } from '../../scripts/build/platforms.ts';
import { thirdPartyNotices } from '../../scripts/build/third-party-notices.ts';
import { writeArchive } from '../../scripts/build/write-archive.ts';
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

  it('runs from an archive through a symbolic link, on the Node of the archive', async () => {
    const directory = dirname(packed.built.folder);
    const node = join(directory, 'node');
    await mkdir(join(node, 'bin'), { recursive: true });
    await writeFile(join(node, 'LICENSE'), 'MIT');
    await writeFile(join(node, 'bin/node'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
    const [platform = assert.fail()] = platforms;
    const archive = await writeArchive(packed.built, platform, { node, destination: directory });
    const bytes = await readFile(join(directory, archive.name));
    assert.equal(archive.sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.deepEqual(await writeArchive(packed.built, platform, { node, destination: directory }), archive);

    const { spec } = parse(krewManifest('0.1.0', 'https://example.org/snt', [archive]));
    const [{ bin, ...krew }] = spec.platforms;
    assert.deepEqual(krew, {
      selector: { matchLabels: { os: 'linux', arch: 'amd64' } },
      uri: `https://example.org/snt/${archive.name}`,
      sha256: archive.sha256,
    });
    await execute('tar', ['-xzf', archive.name], { cwd: directory });
    await symlink(bin, join(directory, 'kubectl-snt'));
    await symlink('kubectl-snt', join(directory, 'again'));
    const { stdout } = await execute(join(directory, 'again'), ['version']);
    assert.equal(stdout, `kubectl-snt ${packed.built.version} (Node ${process.version})\n`);
    await rm(join(directory, dirname(bin), 'node'));
    await assert.rejects(execute(join(directory, 'again'), ['version']), { stderr: /node: not found/ });
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
