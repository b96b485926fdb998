/** What a reason is set on, and what it tells an operator. */
interface ReasonDefinition {
  /** `Finished` carries the reason of `Ready` or `Failed`. */
  readonly condition: 'TargetReady' | 'Ready' | 'Failed';
  readonly meaning: string;
}

/**
 * Every reason that this service can put on a condition. A public enum: alerts and scripts match on these names,
 * so a name never changes; what varies goes into the message.
 */
export const reasons = {
  PhaseMet: { condition: 'TargetReady', meaning: 'The SeiNode is in the phase that the task requires.' },
  PhaseNotMet: {
    condition: 'TargetReady',
    meaning: 'The SeiNode is in another phase; the task waits, at most `requirePhaseTimeout`.',
  },
  Queued: {
    condition: 'TargetReady',
    meaning: 'The node is busy with other work, which the message names; the task waits, at most `queueTimeout`.',
  },
  TaskComplete: { condition: 'Ready', meaning: 'The task is completed.' },
  Confirmed: {
    condition: 'Ready',
    meaning: 'The transaction is on chain. Where the sidecar gave no readable result, the message says so.',
  },
  TargetResolveFailed: {
    condition: 'Failed',
    meaning: 'The SeiNode does not exist, was not in `requirePhase` before `requirePhaseTimeout`, or was busy until `queueTimeout`. Nothing was done.',
  },
  UnsupportedKind: {
    condition: 'Failed',
    meaning: 'This version of the service does not carry out tasks of this kind. Nothing was done.',
  },
  ParamsBuildFailed: {
    condition: 'Failed',
    meaning: 'The spec cannot be turned into a task for the sidecar; the message names the field. Nothing was done.',
  },
  DeserializeFailed: {
    condition: 'Failed',
    meaning: 'The resource or the stored task input cannot be read; the message names the field. Nothing was done.',
  },
  TaskTerminalError: {
    condition: 'Failed',
    meaning: 'The sidecar, or the API server for UpdateNodeImage, refused the task; the message holds its words. Nothing was done.',
  },
  TaskFailed: { condition: 'Failed', meaning: 'The sidecar reported that the task failed; the message holds its words.' },
  TxFailed: { condition: 'Failed', meaning: 'The transaction was included in a block and failed there; `status.outputs` names it.' },
  InclusionUndetermined: {
    condition: 'Failed',
    meaning: 'The execution time was over, and it was still unknown whether the transaction will be included.',
  },
  Timeout: {
    condition: 'Failed',
    meaning: 'The execution time was over, and one last look at the sidecar found no end. The work may still go on.',
  },
  TaskLost: {
    condition: 'Failed',
    meaning: 'The sidecar accepted the task and answered for 10 minutes that it does not know it. It is not sent again.',
  },
  Cancelled: {
    condition: 'Failed',
    meaning: 'The task was cancelled; the message says whether the sidecar already had it.',
  },
  WorkflowTerminated: {
    condition: 'Failed',
    meaning: 'The Temporal workflow was ended from outside without an outcome. The work may still go on.',
  },
} as const satisfies Record<string, ReasonDefinition>;

type Reason = keyof typeof reasons;
export type FailureReason = { [Name in Reason]: (typeof reasons)[Name]['condition'] extends 'Failed' ? Name : never }[Reason];
