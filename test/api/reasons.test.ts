import assert from 'node:assert/strict';
import { reasons } from '../../api/reasons.ts';
import { conditionSchema } from '../../api/sei-node-task.ts';

/** Contract §1: the public reasons, each with its condition. TaskLost and Guarded are additions of ours. */
const contract: Readonly<Record<string, string>> = {
  PhaseMet: 'TargetReady',
  PhaseNotMet: 'TargetReady',
  Queued: 'TargetReady',
  Guarded: 'TargetReady',
  TaskComplete: 'Ready',
  Confirmed: 'Ready',
  TargetResolveFailed: 'Failed',
  UnsupportedKind: 'Failed',
  ParamsBuildFailed: 'Failed',
  DeserializeFailed: 'Failed',
  TaskTerminalError: 'Failed',
  TaskFailed: 'Failed',
  Timeout: 'Failed',
  TxFailed: 'Failed',
  InclusionUndetermined: 'Failed',
  TaskLost: 'Failed',
  Cancelled: 'Failed',
  WorkflowTerminated: 'Failed',
};

describe('reasons', () => {
  it('are those of the contract, on its conditions, and no others', () => {
    const actual = Object.entries(reasons).map(([reason, { condition }]) => [reason, condition]);
    assert.deepEqual(new Map(actual as [string, string][]), new Map(Object.entries(contract)));
  });

  it('have the form that Kubernetes asks of a reason, and a meaning', () => {
    for (const [reason, { meaning }] of Object.entries(reasons)) {
      assert.equal(conditionSchema.shape.reason.parse(reason), reason);
      assert.match(meaning, /^[A-Z].*\.$/);
    }
  });
});
