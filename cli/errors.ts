/**
 * What keeps a command from being carried out. Every class carries a stable `code`, says whether the same command may
 * succeed later (`retryable`), and its message ends with what to do next.
 */
export abstract class CommandError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
}

/** Thrown when the command line cannot be understood; the program then ends with code 2. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
  readonly retryable = false;
}

/** Thrown when there is no SeiNodeTask of the name. */
export class TaskMissingError extends CommandError {
  override readonly name = 'TaskMissingError';
  readonly code = 'TASK_MISSING';
  readonly retryable = false;
}

/** Thrown when there is no SeiNodeRunbook of the name. */
export class RunbookMissingError extends CommandError {
  override readonly name = 'RunbookMissingError';
  readonly code = 'RUNBOOK_MISSING';
  readonly retryable = false;
}

/** Thrown when a runbook did not accept a command. */
export class CommandRefusedError extends CommandError {
  override readonly name = 'CommandRefusedError';
  readonly code = 'COMMAND_REFUSED';
  readonly retryable = false;
}

/** Thrown when a command to a runbook has no answer. */
export class CommandUncertainError extends CommandError {
  override readonly name = 'CommandUncertainError';
  readonly code = 'COMMAND_UNCERTAIN';
  readonly retryable = false;
}

/** Thrown when there is no SeiNode of the name. */
export class NodeMissingError extends CommandError {
  override readonly name = 'NodeMissingError';
  readonly code = 'NODE_MISSING';
  readonly retryable = false;
}

/** Thrown when the answer to the creation of a task was lost, and the task was not found. */
export class CreationUncertainError extends CommandError {
  override readonly name = 'CreationUncertainError';
  readonly code = 'CREATION_UNCERTAIN';
  readonly retryable = false;
}

/** Thrown when another request has created a task of the name. */
export class NameTakenError extends CommandError {
  override readonly name = 'NameTakenError';
  readonly code = 'NAME_TAKEN';
  readonly retryable = false;
}

/** Thrown when a task that is over was to be cancelled. */
export class TaskFinishedError extends CommandError {
  override readonly name = 'TaskFinishedError';
  readonly code = 'TASK_FINISHED';
  readonly retryable = false;
}

/** Thrown when Temporal's configuration cannot be read. */
export class TemporalConfigError extends CommandError {
  override readonly name = 'TemporalConfigError';
  readonly code = 'TEMPORAL_CONFIG';
  readonly retryable = false;
}

/** Thrown when Temporal does not answer. */
export class TemporalUnreachableError extends CommandError {
  override readonly name = 'TemporalUnreachableError';
  readonly code = 'TEMPORAL_UNREACHABLE';
  readonly retryable = true;
}

/** Thrown when Temporal answers, and refuses: a right, the namespace or the search attributes are missing. */
export class TemporalRefusedError extends CommandError {
  override readonly name = 'TemporalRefusedError';
  readonly code = 'TEMPORAL_REFUSED';
  readonly retryable = false;
}
