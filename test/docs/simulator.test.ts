import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ANSWERED_LIES } from '../../simulator/chain/rpc-lies.ts';
import { GARBAGE_BODIES } from '../../simulator/faults.ts';

describe('docs/simulator.md', () => {
  it('lists every lie', async () => {
    const page = await readFile(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
    const lies = [...ANSWERED_LIES, ...GARBAGE_BODIES, 'hang'];
    assert.deepEqual(
      lies.filter((lie) => !page.includes(`\`${lie}\``)),
      [],
    );
  });
});
