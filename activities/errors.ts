/** Codes of what can go wrong between this service and a sidecar. */
export type SidecarErrorCode =
  | 'SIDECAR_UNREACHABLE'
  | 'SIDECAR_UNTRUSTED'
  | 'SIDECAR_CA_UNREADABLE'
  | 'SIDECAR_CALL_TIMEOUT'
  | 'SIDECAR_UNAUTHORIZED'
  | 'SIDECAR_FORBIDDEN'
  | 'SIDECAR_UNEXPECTED_STATUS'
  | 'SIDECAR_UNREADABLE_ANSWER'
  | 'SIDECAR_NOT_ALIVE'
  | 'SIDECAR_BUSY'
  | 'GUARDED'
  | 'SIDECAR_TOKEN_UNREADABLE';

interface SidecarErrorDetails {
  /** Whether the call can have reached the sidecar. Default: true. */
  readonly mayHaveArrived?: boolean;
  /** From the `Retry-After` header, in milliseconds; at most 30,000. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Thrown when a call to a sidecar got no answer, or one that the contract does not know. A later call can always help,
 * so it is retried while the task has execution time left.
 */
export class SidecarError extends Error {
  readonly code: SidecarErrorCode;
  readonly retryable = true;
  readonly mayHaveArrived: boolean;
  readonly retryAfterMs: number | undefined;

  /** Without a cause: a verdict quotes the innermost failure of a chain, which has to be this message. */
  constructor(
    code: SidecarErrorCode,
    message: string,
    { mayHaveArrived = true, retryAfterMs }: SidecarErrorDetails = {},
  ) {
    super(message);
    this.name = 'SidecarError';
    this.code = code;
    this.mayHaveArrived = mayHaveArrived;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A 404 that does not count: a failing task store answers that too. */
export function notAlive(): SidecarError {
  return new SidecarError(
    'SIDECAR_NOT_ALIVE',
    'the sidecar answers that it does not know the task, but its /v0/livez does not answer 200',
  );
}

/** Thrown when a URL template for nodes cannot be used. */
export class NodeUrlError extends Error {
  readonly code = 'NODE_URL_INVALID';
  readonly retryable = false;
  override readonly name = 'NodeUrlError';
}

/** Thrown when a worker gets a task of another cluster: it would reach nodes of the same name in the wrong cluster. */
class OtherClusterError extends Error {
  readonly code = 'OTHER_CLUSTER';
  readonly retryable = true;
  override readonly name = 'OtherClusterError';
}

/**
 * @param cluster - Of the work.
 * @param own - Of this worker.
 * @throws OtherClusterError, unless they are the same.
 */
export function assertCluster(cluster: string, own: string): void {
  if (cluster === own) return;
  throw new OtherClusterError(
    `The task is for cluster ${cluster}, and this worker is in cluster ${own}. Give each cluster a TASK_QUEUE of its own.`,
  );
}
