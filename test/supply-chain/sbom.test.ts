import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lockedPackages, type LockedPackage } from './locked-packages.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

interface Component {
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string }[];
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

const isForDevelopment = ({ properties }: Component): boolean =>
  properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');

/** The packages of the lock file as package URLs. */
const purlsOf = (packages: readonly LockedPackage[]): string[] =>
  [...new Set(packages.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`))].toSorted();

describe('npm run sbom', () => {
  it('lists everything as CycloneDX, by version and hash, and marks what is not shipped', async () => {
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], {
      cwd: PROJECT,
      maxBuffer: 64 * 1024 * 1024,
    });
    const { bomFormat, components } = JSON.parse(stdout) as { bomFormat: string; components: Component[] };
    assert.equal(bomFormat, 'CycloneDX');
    assert.deepEqual(
      components.filter(({ hashes }) => !hashes?.some(({ alg }) => alg === 'SHA-512')),
      [],
    );
    assert.deepEqual(components.map(({ purl }) => purl).toSorted(), purlsOf(lockedPackages()));
    const shipped = components.filter((component) => !isForDevelopment(component)).map(({ purl }) => purl);
    assert.deepEqual(shipped.toSorted(), purlsOf(lockedPackages().filter(({ dev }) => !dev)));
  });
});
