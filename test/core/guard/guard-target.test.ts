import assert from 'node:assert/strict';
import { seiNodeSchema } from '../../../api/sei-node.ts';
import { guardTargetOf } from '../../../core/guard/guard-target.ts';

const metadata = { name: 'validator-0', namespace: 'arctic-1', uid: 'u' };
const plain = { namespace: 'arctic-1', name: 'validator-0', chainId: 'arctic-1', role: 'validator' };
const free = { isPaused: false, isUpdating: false };

function targetOf(spec: object, status: object = {}) {
  return guardTargetOf(
    seiNodeSchema.parse({ metadata, spec: { chainId: 'arctic-1', validator: {}, ...spec }, status }),
  );
}

describe('what a SeiNode says for the guard', () => {
  it('is its chain and its role', () => {
    assert.deepEqual(targetOf({}), { ...plain, ...free });
    for (const role of ['fullNode', 'archive', 'replayer', 'seed'])
      assert.equal(targetOf({ validator: undefined, [role]: {} }).role, role);
    assert.equal(targetOf({ validator: undefined }).role, 'unknown');
  });

  it('is whether it is paused, by spec or condition', () => {
    assert.ok(targetOf({ paused: true }).isPaused);
    assert.ok(targetOf({}, { conditions: [{ type: 'Paused', status: 'True' }] }).isPaused);
    assert.ok(!targetOf({ paused: false }, { conditions: [{ type: 'Paused', status: 'False' }] }).isPaused);
  });

  it('is whether its controller rolls out a change', () => {
    assert.ok(targetOf({}, { conditions: [{ type: 'NodeUpdateInProgress', status: 'True' }] }).isUpdating);
    assert.ok(!targetOf({}, { conditions: [{ type: 'NodeUpdateInProgress', status: 'False' }] }).isUpdating);
  });

  it('is the workflow that holds it', () => {
    assert.equal(targetOf({}, { adoptedWorkflow: { name: 'resync' } }).heldBy, 'resync');
    assert.ok(targetOf({}, { conditions: [{ type: 'WorkflowInProgress', status: 'True' }] }).heldBy !== undefined);
    assert.equal(targetOf({}, { conditions: [{ type: 'WorkflowInProgress', status: 'False' }] }).heldBy, undefined);
  });

  it('is nothing more when fields have another form', () => {
    for (const odd of [null, 'text', 7, [null, 'text', {}], {}])
      assert.deepEqual(targetOf({ paused: odd }, { conditions: odd, adoptedWorkflow: odd }), { ...plain, ...free });
  });
});
