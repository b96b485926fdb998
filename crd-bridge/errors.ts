/** Thrown when a resource was deleted, or deleted and created again, while it was being reconciled. */
export class ResourceReplacedError extends Error {
  readonly code = 'RESOURCE_REPLACED';
  readonly retryable = true;
  override readonly name = 'ResourceReplacedError';
}
