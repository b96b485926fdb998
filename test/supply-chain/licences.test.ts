import assert from 'node:assert/strict';
import { lockedPackages } from './locked-packages.ts';

/** SPDX expressions, as packages state them, under which something may be part of what is shipped. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 AND MIT',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  // caniuse-lite: data that the workflow bundler reads; attribution is in the package.
  'CC-BY-4.0',
  'ISC',
  'MIT',
  // argparse
  'PSF-2.0',
  'Unlicense',
]);

/** Packages whose manifest states none, by what their LICENSE file says; a new version is looked at again. */
const STATED_ELSEWHERE = new Map([['unionfs@4.6.0', 'Unlicense']]);

describe('licences', () => {
  const shipped = lockedPackages()
    .filter(({ dev }) => !dev)
    .map(({ name, version, license }) => ({
      id: `${name}@${version}`,
      license: license ?? STATED_ELSEWHERE.get(`${name}@${version}`),
    }));

  it('of everything that is shipped are allowed', () => {
    assert.ok(shipped.length > 50);
    assert.deepEqual(
      shipped.filter(({ license }) => license === undefined || !ALLOWED.has(license)),
      [],
    );
  });

  it('in the list are all in use, and so are the exceptions', () => {
    assert.deepEqual(
      [...ALLOWED].filter((allowed) => !shipped.some(({ license }) => license === allowed)),
      [],
    );
    assert.deepEqual(
      [...STATED_ELSEWHERE.keys()].filter((exception) => !shipped.some(({ id }) => id === exception)),
      [],
    );
  });
});
