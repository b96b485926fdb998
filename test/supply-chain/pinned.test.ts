import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { lockedPackages, readProjectFile } from './locked-packages.ts';

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
}

/** The servers' module, and one for each tool of the tests. */
const GO_MODULES = ['dev/servers', ...globSync('dev/go-tools/*', { cwd: new URL('../../', import.meta.url) })];

/** Lines without comments and blanks. */
function linesOf(file: string): string[] {
  return readProjectFile(file)
    .split('\n')
    .map((line) => line.replace(/(^|\s+)(#|\/\/).*$/, ''))
    .filter((line) => line !== '');
}

describe('what is installed', () => {
  const manifest = JSON.parse(readProjectFile('package.json')) as Manifest;

  it('is named in package.json by exact versions', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    assert.ok(versions.length > 10);
    assert.deepEqual(
      versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
      [],
    );
  });

  it('has a SHA-512 in package-lock.json, and comes from the registry', () => {
    const packages = lockedPackages();
    assert.ok(packages.length > 100);
    const loose = packages.filter(
      ({ integrity, resolved }) => !integrity?.startsWith('sha512-') || resolved !== undefined,
    );
    assert.deepEqual(loose, []);
  });

  it('runs no install script without a decision, and every decision is about an existing one', () => {
    const withScripts = new Set(
      lockedPackages()
        .filter(({ hasInstallScript }) => hasInstallScript)
        .map(({ name }) => name),
    );
    assert.deepEqual([...withScripts].toSorted(), Object.keys(manifest.allowScripts).toSorted());
    const allowed = Object.entries(manifest.allowScripts).filter(([, isAllowed]) => isAllowed);
    assert.deepEqual(allowed, [['node', true]]);
    assert.match(readProjectFile('.npmrc'), /^strict-allow-scripts=true$/m);
  });

  for (const folder of GO_MODULES) {
    it(`has a hash in go.sum for each module in go.mod: ${folder}`, () => {
      const goMod = linesOf(`${folder}/go.mod`);
      const modules = goMod.flatMap((line) => [...line.matchAll(/(\S+\.\S+) (v\d\S+)/g)].map(([module]) => module));
      const replaced = new Set(goMod.flatMap((line) => /(\S+)( v\S+)? => /.exec(line)?.[1] ?? []));
      const sums = linesOf(`${folder}/go.sum`);
      assert.ok(modules.length > 0);
      assert.deepEqual(
        sums.filter((line) => !/^\S+ v\S+ h1:[A-Za-z0-9+/]{43}=$/.test(line)),
        [],
      );
      const hashed = new Set(
        sums.map((line) =>
          line
            .split(' ')
            .slice(0, 2)
            .join(' ')
            .replace(/\/go\.mod$/, ''),
        ),
      );
      const loose = modules.filter((module) => !hashed.has(module) && !replaced.has(module.split(' ')[0] ?? ''));
      assert.deepEqual(loose, []);
    });
  }

  it('has versions and SHA-256 in the requirements of the Temporal CLI', () => {
    const requirements = linesOf('dev/binaries/temporal-cli.requirements.txt')
      .join('\n')
      .replaceAll(/\s*\\\n\s*/g, ' ')
      .split('\n');
    assert.deepEqual(
      requirements.filter((line) => !/^[\w-]+==[\d.]+( --hash=sha256:[0-9a-f]{64})+$/.test(line)),
      [],
    );
    assert.equal(requirements.length, 1);
    assert.match(readProjectFile('dev/binaries/temporal-cli.ts'), /'--require-hashes'/);
  });
});
