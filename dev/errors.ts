/** Thrown when a variable that names a binary, or a folder of binaries, names nothing executable. */
export class BinaryVariableError extends Error {
  readonly code = 'BINARY_VARIABLE_INVALID';
  readonly retryable = false;
  override readonly name = 'BinaryVariableError';
}

/** Thrown when no source has a binary; the message lists every source that was tried and what to do. */
export class BinaryNotFoundError extends Error {
  readonly code = 'BINARY_NOT_FOUND';
  readonly retryable = false;
  override readonly name = 'BinaryNotFoundError';
}

/** Thrown when the operating system refuses to start a program. */
export class SpawnFailedError extends Error {
  readonly code = 'SPAWN_FAILED';
  readonly retryable = false;
  override readonly name = 'SpawnFailedError';
}

/** Thrown, or reported, when a local server ended unexpectedly; the message contains the end of its log. */
export class ServerExitedError extends Error {
  readonly code = 'SERVER_EXITED';
  readonly retryable = true;
  override readonly name = 'ServerExitedError';
}

/** Thrown when a local server runs but does not become ready in time; the message contains the end of its log. */
export class ServerNotReadyError extends Error {
  readonly code = 'SERVER_NOT_READY';
  readonly retryable = true;
  override readonly name = 'ServerNotReadyError';
}

/** The reason of what was aborted by Ctrl-C or SIGTERM. */
export class InterruptedError extends Error {
  readonly code = 'INTERRUPTED';
  readonly retryable = false;
  override readonly name = 'InterruptedError';
}

/** Thrown when the command line of a program is not valid; the message names the argument. */
export class ArgumentError extends Error {
  readonly code = 'ARGUMENT_INVALID';
  readonly retryable = false;
  override readonly name = 'ArgumentError';
}
