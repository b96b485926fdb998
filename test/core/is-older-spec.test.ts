import assert from 'node:assert/strict';
import { isOlderSpec } from '../../core/is-older-spec.ts';
import type { SpecVersion } from '../../api/temporal/spec-version.ts';

describe('an edit of a spec that a workflow receives', () => {
  const known = { generation: 3, readAtMs: 1_000 };
  const cases: readonly (readonly [what: string, edit: SpecVersion, isOlder: boolean])[] = [
    ['of a later generation', { generation: 4, readAtMs: 2_000 }, false],
    ['of a later generation, read by a bridge whose clock is behind', { generation: 4, readAtMs: 500 }, false],
    ['of the same generation', { generation: 3, readAtMs: 1_000 }, false],
    [
      'of a lower generation that was read later, as after a restored backup',
      { generation: 1, readAtMs: 2_000 },
      false,
    ],
    ['of a lower generation that was read before, and is sent late', { generation: 2, readAtMs: 900 }, true],
    ['of a lower generation, from a version that does not send when it was read', { generation: 2 }, true],
  ];
  for (const [what, edit, isOlder] of cases) {
    it(`${what} is ${isOlder ? '' : 'not '}older`, () => assert.equal(isOlderSpec(edit, known), isOlder));
  }

  it('is never older than none', () => {
    assert.equal(isOlderSpec({ generation: 1 }, undefined), false);
  });

  it('is compared by generation alone where both are from a version that does not send when they were read', () => {
    assert.equal(isOlderSpec({ generation: 2 }, { generation: 3 }), true);
    assert.equal(isOlderSpec({ generation: 4 }, { generation: 3 }), false);
  });
});
