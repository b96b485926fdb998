import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { taskId } from '../../core/task-id.ts';
import { taskKindNames } from '../../api/task-kinds.ts';

/** RFC 9562 §5.5, by Node's own SHA-1, in the namespace of contract §1.2. */
function uuid5(name: string): string {
  const digest = createHash('sha1').update('b7e89c3a4f124d8b9a6e1c2d3e4f5a6b', 'hex').update(name, 'utf8').digest();
  const hex = digest.toString('hex', 0, 16);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0b0011) | 0b1000).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

describe('taskId', () => {
  it('is the UUIDv5 of <owner>/<kind>/0, whatever owner and kind are', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uuid(), fc.string({ unit: 'grapheme' })),
        fc.constantFrom(...taskKindNames),
        (owner, kind) => {
          assert.equal(taskId(owner, kind), uuid5(`${owner}/${kind}/0`));
        },
      ),
    );
  });

  // Worked out with Python's uuid.uuid5, so that a change of namespace or name is noticed here too.
  it('stays what the Go controller computes', () => {
    assert.equal(taskId('6d0f4a2c-58f4-4a0c-9a6e-0d2f7b7f3c11', 'RestartSeid'), '0acbc674-3304-5e71-ad02-31dfbb7603c0');
  });

  it('differs from kind to kind', () => {
    assert.equal(new Set(taskKindNames.map((kind) => taskId('owner', kind))).size, taskKindNames.length);
  });
});
