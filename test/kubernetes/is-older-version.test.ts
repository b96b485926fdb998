import assert from 'node:assert/strict';
import { isOlderVersion } from '../../kubernetes/is-older-version.ts';

describe('isOlderVersion', () => {
  const pairs: [version: string, than: string, isOlder: boolean][] = [
    ['9', '10', true],
    ['10', '9', false],
    ['10', '10', false],
    ['9007199254740992', '9007199254740993', true],
    ['a', '10', false],
    ['9', 'b', false],
    ['-1', '1', false],
  ];
  for (const [version, than, isOlder] of pairs) {
    it(`${version} is ${isOlder ? '' : 'not '}older than ${than}`, () =>
      assert.equal(isOlderVersion(version, than), isOlder));
  }
});
