import assert from 'node:assert/strict';
import { seiNodePhases } from '../../api/phases.ts';
import { seiNodeSchema, type SeiNode } from '../../api/sei-node.ts';
import { observationOf, sidecarTaskSchema, type SidecarTask } from '../../api/sidecar/sidecar-task.ts';
import { decideTarget } from '../../core/target-decision.ts';

const metadata = { namespace: 'a', name: 'b', uid: 'c' };

function inPhase(phase?: string): SeiNode {
  return { metadata, spec: {}, status: { phase } };
}

describe('decideTarget', () => {
  it('is met in the required phase only', () => {
    for (const required of seiNodePhases) {
      for (const phase of seiNodePhases) {
        assert.equal(decideTarget({ node: inPhase(phase) }, required).state, phase === required ? 'met' : 'elsewhere');
      }
    }
  });

  it('returns the node that it checked', () => {
    const node = inPhase('Running');
    assert.deepEqual(decideTarget({ node }, 'Running'), { state: 'met', node });
  });

  it('says where the node is instead, also in a phase that is new to us and in none', () => {
    assert.deepEqual(decideTarget({ node: inPhase('Hibernating') }, 'Running'), {
      state: 'elsewhere',
      phase: 'Hibernating',
    });
    assert.deepEqual(decideTarget({ node: inPhase() }, 'Running'), { state: 'elsewhere', phase: undefined });
    assert.deepEqual(decideTarget({ node: { metadata, spec: {} } }, 'Running'), {
      state: 'elsewhere',
      phase: undefined,
    });
  });

  it('is missing without a node', () => assert.deepEqual(decideTarget({}, 'Running'), { state: 'missing' }));
});

describe('seiNodeSchema', () => {
  it('reads past everything that belongs to the other controller', () => {
    const spec = { chainId: 'test-1', fullNode: { snapshot: { s3: {} } }, sidecar: { port: 7777 } };
    const node = seiNodeSchema.parse({
      apiVersion: 'sei.io/v1alpha1',
      kind: 'SeiNode',
      metadata,
      spec,
      status: { phase: 'Running', plan: {} },
    });
    const { sidecar: _, ...read } = spec;
    assert.deepEqual(node, { metadata, spec: read, status: { phase: 'Running' } });
  });
});

function task(fields: object): SidecarTask {
  return sidecarTaskSchema.parse({ id: 'i', type: 'restart-seid', run: 1, ...fields });
}

describe('observationOf', () => {
  it('reads the states of the contract', () => {
    assert.deepEqual(observationOf(task({ status: 'running', params: { a: 1 } })), { state: 'running' });
    assert.deepEqual(observationOf(task({ status: 'completed', completedAt: '2026-11-24T00:21:50.944939924Z' })), {
      state: 'completed',
    });
    assert.deepEqual(observationOf(task({ status: 'failed', error: 'broken' })), { state: 'failed', error: 'broken' });
  });

  it('has words for a failure that came without', () => {
    for (const error of [undefined, '', '\n'])
      assert.deepEqual(observationOf(task({ status: 'failed', error })), {
        state: 'failed',
        error: 'the sidecar gave no error text',
      });
  });

  it('knows no fourth state', () => {
    for (const status of ['pending', 'Completed', '', undefined]) {
      assert.ok(!sidecarTaskSchema.safeParse({ id: 'i', status }).success);
    }
  });
});
