import assert from 'node:assert/strict';
import { guardChecks } from '../../../api/guard-verdicts.ts';
import { planTask } from '../../../core/task-plan.ts';
import { planned, planner, refusal } from '../planner.ts';

const node = { namespace: 'arctic-1', name: 'syncer-0-0' };
const restart = { node, payload: {} };
const enforced = { mode: 'Enforce', minSources: 2, overridden: [] };

/** Where the installation enforces it. */
function modeOf(kind: string, input: object) {
  const result = planTask(kind, { node, ...input }, { ...planner, guardDefault: 'Enforce' });
  return 'plan' in result ? result.plan.guard?.mode : assert.fail(result.verdict.message);
}

describe('the guard of a plan', () => {
  it('is off unless the spec or the installation sets it', () => {
    assert.equal(planned('RestartSeid', restart).guard, undefined);
    assert.equal(planned('RestartSeid', { ...restart, guard: { mode: 'Off' } }).guard, undefined);
    assert.deepEqual(planned('RestartSeid', { ...restart, guard: { mode: 'Enforce' } }).guard, enforced);
  });

  it('has the mode of the installation where the spec has none', () => {
    assert.equal(modeOf('RestartSeid', { payload: {} }), 'Enforce');
    assert.equal(modeOf('UpdateNodeImage', { payload: { image: 'sei:2' } }), 'Enforce');
    assert.equal(modeOf('RestartSeid', { payload: {}, guard: { mode: 'Off' } }), undefined);
    assert.equal(modeOf('RestartSeid', { payload: {}, guard: { mode: 'Warn' } }), 'Warn');
    assert.equal(modeOf('MarkReady', { payload: {} }), undefined);
  });

  it('has the values of the spec, and the reason of an override in one line', () => {
    const guard = { mode: 'Enforce', minSources: 3, maxDownPercent: 20 };
    const override = { checks: [...guardChecks], reason: 'planned\noutage' };
    assert.deepEqual(planned('RestartSeid', { ...restart, guard, override }).guard, {
      ...guard,
      overridden: guardChecks,
      overrideReason: 'planned outage',
    });
  });

  for (const [what, input, field] of [
    ['another mode', { guard: { mode: 'enforce' } }, 'spec.guard.mode'],
    ['no source', { guard: { mode: 'Warn', minSources: 0 } }, 'spec.guard.minSources'],
    ['34 percent', { guard: { mode: 'Warn', maxDownPercent: 34 } }, 'spec.guard.maxDownPercent'],
    ['a verdict that holds nothing back', { override: { checks: ['Allowed'], reason: 'r' } }, 'spec.override.checks.0'],
    ['no check', { override: { checks: [], reason: 'r' } }, 'spec.override.checks'],
    ['no reason', { override: { checks: ['CatchingUp'], reason: '' } }, 'spec.override.reason'],
  ] as const) {
    it(`refuses ${what}`, () => {
      const { reason, message } = refusal('RestartSeid', { ...restart, ...input });
      assert.equal(reason, 'ParamsBuildFailed');
      assert.ok(message.includes(field), message);
    });
  }

  for (const field of ['guard', 'override'] as const) {
    it(`refuses spec.${field} on a kind that does not take seid down`, () => {
      const value = field === 'guard' ? { mode: 'Off' } : { checks: ['CatchingUp'], reason: 'r' };
      const { reason, message } = refusal('MarkReady', { ...restart, [field]: value });
      assert.equal(reason, 'ParamsBuildFailed');
      assert.ok(message.includes(`spec.${field}`), message);
    });
  }
});
