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
  TaskComplete: {
    condition: 'Ready',
    meaning: 'The task is completed. Of a transaction without a readable result this says nothing about the chain.',
  },
  Confirmed: {
    condition: 'Ready',
    meaning: 'The transaction is on chain.',
  },
  TargetResolveFailed: {
    condition: 'Failed',
    meaning:
      'The SeiNode does not exist, was not in `requirePhase` before `requirePhaseTimeout`, or was busy until `queueTimeout`: nothing was sent. Or it vanished later; the message says what is known.',
  },
  UnsupportedKind: {
    condition: 'Failed',
    meaning: 'This version of the service does not carry out tasks of this kind. Nothing was sent.',
  },
  ParamsBuildFailed: {
    condition: 'Failed',
    meaning:
      'The spec cannot be turned into a task for the sidecar; the message names the field. Nothing was sent, unless others had begun the task.',
  },
  DeserializeFailed: {
    condition: 'Failed',
    meaning: 'The resource or the stored task input cannot be read; the message names the field. Nothing was sent.',
  },
  TaskTerminalError: {
    condition: 'Failed',
    meaning: 'The sidecar, or the API server for UpdateNodeImage, refused the task; the message holds its words.',
  },
  TaskFailed: {
    condition: 'Failed',
    meaning:
      'The sidecar reported that the task failed; the message holds its words. Of an image: somebody has set another one.',
  },
  TxFailed: {
    condition: 'Failed',
    meaning: 'The transaction was included in a block and failed there; `status.outputs` names it.',
  },
  InclusionUndetermined: {
    condition: 'Failed',
    meaning: 'The execution time was over, and it was still unknown whether the transaction will be included.',
  },
  Timeout: {
    condition: 'Failed',
    meaning:
      'The execution time was over, or too short a rest of it left to begin, and one last look found no end. The message says what was sent.',
  },
  TaskLost: {
    condition: 'Failed',
    meaning:
      'The sidecar accepted the task, or may have, and has answered for 10 minutes that it does not know it. It is not sent again.',
  },
  Cancelled: {
    condition: 'Failed',
    meaning: 'The task was cancelled; the message says what was sent.',
  },
  WorkflowTerminated: {
    condition: 'Failed',
    meaning: 'The Temporal workflow was ended from outside without an outcome. The work may still go on.',
  },
} as const satisfies Record<string, ReasonDefinition>;

type Reason = keyof typeof reasons;
export type FailureReason = {
  [Name in Reason]: (typeof reasons)[Name]['condition'] extends 'Failed' ? Name : never;
}[Reason];
