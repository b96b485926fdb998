/** The condition that a reason is set on, what it means, and all its messages. */
export interface ReasonDefinition {
  /** `Finished` carries the reason of `Ready` or `Failed`. */
  readonly condition: 'TargetReady' | 'Ready' | 'Failed';
  readonly meaning: string;
  /** Alert that fires when a task ends with it (docs/alerts). Unset: none. */
  readonly alert?: 'SeiNodeTaskEndUnknown' | 'SeiNodeTaskFailed' | 'SeiNodeTaskNotStarted';
  /**
   * Texts with placeholders, by a name for the case. `{node}`: `SeiNode namespace/name`. Each is one literal, however
   * long: of a sum of literals the compiler does not know the placeholders.
   */
  readonly messages: Readonly<Record<string, string>>;
}

const CHECK_NODE = 'Check the node before you create a new task.';
const CHECK_CHAIN = 'Look it up on chain before you create a new task.';

/**
 * Every reason that this service can put on a condition, with its messages. The names are a public enum: alerts and
 * scripts match on them, so a name never changes; what varies goes into the message.
 */
export const reasons = {
  PhaseMet: {
    condition: 'TargetReady',
    meaning: 'The SeiNode is in the phase that the task requires.',
    messages: { met: '{node} is in phase {phase}.' },
  },
  PhaseNotMet: {
    condition: 'TargetReady',
    meaning: 'The SeiNode is in another phase. The task waits, at most `requirePhaseTimeout`.',
    messages: { waiting: '{node} is in phase {phase}; waiting for {required}, at most {timeout}.' },
  },
  Queued: {
    condition: 'TargetReady',
    meaning: 'The node is busy with other work, which the message names. The task waits, at most `queueTimeout`.',
    messages: {
      permit: '{node} is busy with {holder}; waiting for it to end{limit}.',
      restart: 'The sidecar of {node} is restarting seid for another task, {taskId}; waiting for it to end{limit}.',
      interval:
        '{node} was restarted less than {interval} ago (spec.minSecondsBetweenRestarts); waiting until {until}{limit}.',
    },
  },
  Guarded: {
    condition: 'TargetReady',
    meaning:
      'The guard of the chain does not allow to take the node down now, or another task may take down a validator of the chain. The task waits, at most `queueTimeout`. [What the guard decides](guard.md).',
    messages: {
      chain: 'Chain {chain} is busy with {holder}, which may take down a validator; {node} waits for it to end{limit}.',
      guard: 'Waiting for the guard ({verdict}){limit}: {finding}',
    },
  },
  TaskComplete: {
    condition: 'Ready',
    meaning:
      'The task is completed. For a transaction without a readable result this does not say whether it is on chain.',
    messages: {
      complete: '{result}',
      unchanged: '{result} It ran that image before this task; nothing was changed.',
      unreadable:
        'The sidecar of {node} reported that the task is completed, with {result}. This does not say whether {transaction} is on chain. Look it up there before you rely on it.',
    },
  },
  Confirmed: {
    condition: 'Ready',
    meaning: 'The transaction is on chain.',
    messages: { onChain: '{transaction}, submitted by the sidecar of {node}, is on chain.' },
  },
  TargetResolveFailed: {
    condition: 'Failed',
    alert: 'SeiNodeTaskNotStarted',
    meaning:
      'Nothing was sent: the SeiNode does not exist, was not in `requirePhase` before `requirePhaseTimeout`, or was busy or held back by the guard until `queueTimeout`. Or the SeiNode was deleted later; then the message says what was sent.',
    messages: {
      missing: '{node} does not exist. Nothing was sent. Check target.nodeRef.name and the namespace.',
      otherPhase:
        '{node} was still in phase {phase}, not {required}, after {timeout}. Nothing was sent. Bring it to {required}, then create a new task.',
      permit: '{node} was still busy with {holder} after {timeout} (queueTimeout). {whereabouts}',
      restart:
        'The sidecar of {node} was still restarting seid for another task, {taskId}, after {timeout} (queueTimeout). {whereabouts}',
      interval:
        '{node} was still within {interval} of its last restart (spec.minSecondsBetweenRestarts) after {timeout} (queueTimeout). {whereabouts}',
      chain:
        '{node} still waited after {timeout} (queueTimeout), because chain {chain} was busy with {holder}. {whereabouts}',
      guard: 'The guard still held {node} back ({verdict}) after {timeout} (queueTimeout). {finding} {whereabouts}',
      goneUnsent: '{node} no longer exists. Nothing was sent. Check target.nodeRef.name and the namespace.',
      gonePerhapsSent: `{node} no longer exists. The task may have been sent, and it is not known how it ended. ${CHECK_NODE}`,
      goneSent: `{node} no longer exists. The task was sent, and it is not known how it ended. ${CHECK_NODE}`,
    },
  },
  UnsupportedKind: {
    condition: 'Failed',
    alert: 'SeiNodeTaskNotStarted',
    meaning:
      'This version of the service does not carry out tasks of this kind. Nothing was sent, unless another controller had begun the task.',
    messages: {
      begun: `This version of sei-node-tasks does not carry out tasks of kind {kind}. The task had been begun before and may have been sent; it is not watched. ${CHECK_NODE}`,
      unsupported:
        'This version of sei-node-tasks does not carry out tasks of kind {kind}. Nothing was sent. Update the service and create the task again, or delete this task.',
    },
  },
  ParamsBuildFailed: {
    condition: 'Failed',
    alert: 'SeiNodeTaskNotStarted',
    meaning:
      'The spec cannot be turned into a task for the sidecar; the message names the field. Nothing was sent, unless another controller had begun the task.',
    messages: {
      invalid: '{field} {problem}. Nothing was sent. Correct it in a new task.',
      begun: `{field} {problem}. The task had been begun before and may have been sent; it is not watched. ${CHECK_NODE}`,
    },
  },
  DeserializeFailed: {
    condition: 'Failed',
    alert: 'SeiNodeTaskNotStarted',
    meaning:
      "The task's input cannot be read; the message names the field. Nothing was sent, unless another controller or workflow had begun the task.",
    messages: {
      unreadable: "The task's input cannot be read: {problem}. Nothing was sent. Create the task again.",
      begun: `The task's input cannot be read: {problem}. The task had been begun before and may have been sent; it is not watched. ${CHECK_NODE}`,
    },
  },
  TaskTerminalError: {
    condition: 'Failed',
    alert: 'SeiNodeTaskFailed',
    meaning: 'The sidecar, or the API server for UpdateNodeImage, refused the task. The message quotes it.',
    messages: {
      refused:
        'The sidecar of {node} refused the task: {quote} Nothing was done. Check that the sidecar knows this kind of task.',
      refusedPerhapsSent:
        'The sidecar of {node} refused the task: {quote} The task may have been sent before. Check that the sidecar knows this kind of task.',
      imageRefused:
        'The API server refused the image of {node}: {quote} Nothing was done. Correct that and create a new task.',
      imageRefusedPerhapsSet:
        'The API server refused the image of {node}: {quote} It may have been set before. Correct that and create a new task.',
    },
  },
  TaskFailed: {
    condition: 'Failed',
    alert: 'SeiNodeTaskFailed',
    meaning:
      'The sidecar reported that the task failed; the message quotes it. For UpdateNodeImage: somebody else has set another image.',
    messages: {
      failed: `The sidecar of {node} reported failure: {quote} It is not tried again. ${CHECK_NODE}`,
      superseded: `spec.image of {node} was set to {image}, and that is superseded: {quote} ${CHECK_NODE}`,
      failedOnChain: '{transaction}, submitted by the sidecar of {node}, is on chain: do not submit it again. {quote}',
      unverifiable:
        '{transaction} was submitted by the sidecar of {node}, which cannot verify its inclusion. Check on an indexed RPC whether it is on chain before you create a new task.{quote}',
      unreadable:
        'The sidecar of {node} reported failure: {quote}{result} It is not tried again. This does not say whether {transaction} is on chain. Look it up there before you create a new task.',
    },
  },
  TxFailed: {
    condition: 'Failed',
    alert: 'SeiNodeTaskFailed',
    meaning: 'The transaction was included in a block and failed there; `status.outputs` names it.',
    messages: {
      failed:
        '{transaction}, submitted by the sidecar of {node}, was included in a block and failed there{code}. It is not sent again; correct it in a new task.{quote}',
    },
  },
  InclusionUndetermined: {
    condition: 'Failed',
    alert: 'SeiNodeTaskEndUnknown',
    meaning: 'The execution time was over, and it was not known whether the transaction will be included in a block.',
    messages: {
      pending:
        '{transaction} was submitted by the sidecar of {node}, and it could not be determined{time} whether it will be included in a block. Look it up on chain before you create a new task: it may still be included.',
    },
  },
  Timeout: {
    condition: 'Failed',
    alert: 'SeiNodeTaskEndUnknown',
    meaning:
      'The execution time was over, or too little of it was left to begin, and a last check found no end. The message says what was sent.',
    messages: {
      over: 'Timed out{time}. {whereabouts}{problem}',
      tooLateToBegin: 'Timed out: too little of its {timeout} was left to begin. {whereabouts}{problem}',
      takenOff: 'Timed out{time}. {whereabouts} Raise timeoutSeconds in a new task to wait longer.{problem}',
    },
  },
  TaskLost: {
    condition: 'Failed',
    alert: 'SeiNodeTaskEndUnknown',
    meaning:
      'The task was sent, or may have been sent, and the sidecar has answered for 10 minutes that it does not know it. It is not sent again.',
    messages: {
      accepted: `The sidecar of {node} had accepted the task. It has answered for {time} that it does not know the task, which is not sent again and no longer watched. ${CHECK_NODE}`,
      perhapsSent: `The task may have been sent to the sidecar of {node}. It has answered for {time} that it does not know the task, which is not sent again and no longer watched. ${CHECK_NODE}`,
    },
  },
  Cancelled: {
    condition: 'Failed',
    meaning: 'The task was cancelled; the message says what was sent.',
    messages: {
      unsent: 'Cancelled. Nothing was sent to the sidecar of {node}. Create a new task to do it after all.',
      imageUnset: 'Cancelled. spec.image of {node} was not set. Create a new task to do it after all.',
      watchedNoLonger: 'Cancelled. {whereabouts}',
      takenOff: 'Cancelled. {whereabouts} Create a new task to wait again.',
      tooLate: 'Cancelled too late to stop {work}: {reached}. Result: {result}',
      tooLateAndDone:
        'Cancelled too late to stop {work}: {reached}. Result: {result} What was done stays. Create a new task to change it.',
      resourceGone: 'The SeiNodeTask was deleted before anything was sent to the sidecar of {node}.',
      resourceTerminal:
        'The SeiNodeTask had already reached its end. This workflow sent nothing to the sidecar of {node}.',
      workflow: `Workflow {workflowId} was cancelled. Its history in Temporal says what had been done by then. ${CHECK_NODE}`,
    },
  },
  WorkflowTerminated: {
    condition: 'Failed',
    alert: 'SeiNodeTaskEndUnknown',
    meaning:
      'The Temporal workflow was ended from outside without an outcome. A task that it had sent may still be running.',
    messages: {
      terminated: `Workflow {workflowId} ended without an outcome. A task that it had sent may still be running. ${CHECK_NODE}`,
    },
  },
} as const satisfies Record<string, ReasonDefinition>;

/**
 * Where a task is that is not watched any longer, and what to do: parts of messages of TargetResolveFailed, Timeout and
 * Cancelled.
 */
export const whereabouts = {
  running: `The task is still running on the sidecar of {node} and is no longer watched. ${CHECK_NODE}`,
  queued: 'Nothing was sent. Wait until the node is free, then create a new task.',
  guarded: 'Nothing was sent. Create a new task when the guard allows it.',
  begunAndQueued: `The task had been begun before and may have been sent; it is not watched. ${CHECK_NODE}`,
  unsent: 'Nothing was sent to the sidecar of {node}. Check the sidecar, then create a new task.',
  acceptedAndGone: `The sidecar of {node} had accepted the task and no longer knows it. ${CHECK_NODE}`,
  acceptedAndUnasked: `The sidecar of {node} had accepted the task and could not be asked about it at the end. It is no longer watched. ${CHECK_NODE}`,
  perhapsSentAndGone: `The task may have been sent to the sidecar of {node}, which does not have it now. ${CHECK_NODE}`,
  perhapsSentAndUnasked: `The task may have been sent to the sidecar of {node}, which could not be asked at the end. ${CHECK_NODE}`,
  imageUnset: 'spec.image of {node} was not set. Create a new task to set it.',
  imagePerhapsSet: 'spec.image of {node} may have been set to {image}. Check the SeiNode before you create a new task.',
  imageSet:
    "spec.image of {node} was set to {image} and stays so.{current} Check the SeiNode's controller; a new task with another image goes back.",
  takenOff: 'The wait was taken off the sidecar of {node}.{signal}',
  perhapsTakenOff: 'The wait may have been sent to the sidecar of {node} and was taken off it.{signal}',
} as const;

/** How far a task had come that was cancelled too late: part of messages of Cancelled. */
export const reached = {
  accepted: 'the sidecar of {node} had accepted it',
  perhapsAccepted: 'the sidecar of {node} may have accepted it',
  imageSet: 'spec.image of {node} was set',
  imagePerhapsSet: 'spec.image of {node} may have been set',
} as const;

/** Ends a message of Cancelled, when whoever cancelled the task has said why. */
export const BECAUSE = 'Cancelled because: {why}';

/** Ends a message about a task whose transaction was last seen pending. */
export const PENDING = `{transaction} was last seen pending and may still be included. ${CHECK_CHAIN}`;

export type Reason = keyof typeof reasons;
/** Names of the messages of a reason. */
export type MessageName<Name extends Reason> = keyof (typeof reasons)[Name]['messages'] & string;
export type Message<Name extends Reason, Case extends MessageName<Name>> = (typeof reasons)[Name]['messages'][Case] &
  string;
export type FailureReason = {
  [Name in Reason]: (typeof reasons)[Name]['condition'] extends 'Failed' ? Name : never;
}[Reason];
