/** `status.reason` of a runbook, with its meaning. The names are public. */
export const runbookReasons = {
  Planning: 'The nodes are listed and their chain is read.',
  InvalidSpec: 'The spec cannot be acted on. The message names field and value. Nothing was touched.',
  DryRun: '`spec.dryRun` is set: the plan is in the status, and nothing was touched.',
  Checking: 'It is being checked whether the next node may be started.',
  OutsideWindow: 'The next node waits for `spec.window`.',
  Unavailable: 'The next node waits because other nodes of the runbook are down, and `maxUnavailable` allows no more.',
  Queued: 'The next node waits because other work has it, which the message names.',
  Guarded: 'The next node waits because the guard does not allow it to be down. The message has the numbers.',
  Soaking: 'The next node waits for `spec.strategy.soakSeconds`.',
  RestartingNodes: 'Nodes are being restarted or are at their gates.',
  CanaryPassed: 'The canary has passed. Resume or promote the runbook to continue.',
  PausedByOperator: 'Somebody paused it. Resume it to continue.',
  PausedBySpec: '`spec.paused` is true. Set it to false to continue.',
  ChainHalted: 'The chain was found halted at a gate. Resume the runbook when the chain makes blocks again.',
  NodesFailed: 'More nodes failed than `maxFailures`. Retry, skip, resume or abort.',
  RunbookComplete: 'Every node is Complete or Skipped.',
  AbortedByOperator: 'Somebody aborted it. The rest of the nodes was not touched.',
  WorkflowTerminated: 'The workflow was ended from outside. A node may be without a result: check the nodes.',
  Deleted: 'The resource was deleted or its workflow was cancelled. The node at hand was finished.',
} as const;

export type RunbookReason = keyof typeof runbookReasons;

/** Reasons of a node of a runbook that are not those of its task, with their meaning. */
export const runbookNodeReasons = {
  GateTimeout: 'The node was restarted and did not pass its gate within `spec.gate.timeoutSeconds`.',
  ChainHalted:
    'The runbook ended while the chain was halted. The node was restarted and did not pass its gate before that.',
  NodeGone: 'The SeiNode no longer exists or is being deleted. Nothing was sent.',
  ChainIdMismatch: '`spec.chainId` of the SeiNode was changed. Nothing was sent.',
  WorkflowTerminated: 'A workflow of the node was ended from outside. The restart may have been sent.',
  RestartNotStarted: 'The workflow of the restart could not be started: it has run before.',
  Cancelled: 'A workflow of the node was cancelled.',
} as const;
