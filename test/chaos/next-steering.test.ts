import assert from 'node:assert/strict';
import type { RunbookStatus } from '../../api/sei-node-runbook.ts';
import { nextSteering } from '../../chaos/next-steering.ts';
import { Random } from '../../chaos/plan/random.ts';
import { claimed } from './made-up-rolling-restart.ts';

/** All that an operator may do, by many draws. */
function choices(status: RunbookStatus): Set<string> {
  const random = new Random(1, 'test');
  return new Set(
    Array.from({ length: 300 }, () => {
      const action = nextSteering(status, random);
      if (action === undefined) return 'nothing';
      return action.do === 'command' ? [action.verb, action.node].filter(Boolean).join(' ') : JSON.stringify(action);
    }),
  );
}

describe('the operator of a runbook', () => {
  it('lets one that works alone', () => {
    for (const phase of ['Planning', 'Waiting', 'Running', 'Complete'] as const)
      assert.deepEqual(choices({ phase }), new Set(['nothing']));
    assert.deepEqual(choices({}), new Set(['nothing']));
  });

  it('resumes or aborts one that is paused, and promotes one after its canary', () => {
    assert.deepEqual(choices({ phase: 'Paused', reason: 'PausedByOperator' }), new Set(['resume', 'abort']));
    assert.deepEqual(choices({ phase: 'Paused', reason: 'ChainHalted' }), new Set(['resume', 'abort']));
    assert.deepEqual(choices({ phase: 'Paused', reason: 'CanaryPassed' }), new Set(['resume', 'promote', 'abort']));
  });

  it('edits the spec that pauses one', () =>
    assert.deepEqual(
      choices({ phase: 'Paused', reason: 'PausedBySpec' }),
      new Set([JSON.stringify({ do: 'edit', paused: false })]),
    ));

  it('has four choices after a failure, and takes only failed nodes', () => {
    const nodes = [claimed('one'), claimed('two', { phase: 'Failed' }), claimed('three', { phase: 'Pending' })];
    assert.deepEqual(choices({ phase: 'NeedsOperator', nodes }), new Set(['retry two', 'skip two', 'resume', 'abort']));
  });
});
