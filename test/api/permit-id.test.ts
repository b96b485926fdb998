import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { holderText, permitIdOf } from '../../api/temporal/permit-id.ts';

const node = { namespace: 'arctic-1', name: 'syncer-0-0' };

describe('the permit of a node', () => {
  it('has an id of its own for each node of each cluster', () => {
    assert.equal(permitIdOf('c', node), 'seinode-permit/c/arctic-1/syncer-0-0');
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/);
    const place = fc.tuple(label, label, label);
    fc.assert(
      fc.property(place, place, ([cluster, namespace, name], other) => {
        const same = JSON.stringify([cluster, namespace, name]) === JSON.stringify(other);
        assert.equal(
          permitIdOf(cluster, { namespace, name }) === permitIdOf(other[0], { namespace: other[1], name: other[2] }),
          same,
        );
      }),
    );
  });

  it('names its holder as people know it', () => {
    assert.equal(holderText('seinodetask/arctic-1/restart-1/uid'), 'SeiNodeTask restart-1');
    assert.equal(holderText('weekly/restart'), 'workflow weekly/restart');
    for (const own of ['', '/syncer-0-0/2', '/syncer-0-0/restart/2'])
      assert.equal(holderText(`seinoderunbook/arctic-1/nightly/uid${own}`), 'SeiNodeRunbook nightly');
    assert.match(holderText(undefined), /taken by hand/);
  });
});
