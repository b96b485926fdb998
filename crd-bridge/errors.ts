/** Thrown when a resource vanished, or was replaced under its name, while it was being reconciled. */
export class ResourceReplacedError extends Error {
  readonly code = 'RESOURCE_REPLACED';
  readonly retryable = true;
  override readonly name = 'ResourceReplacedError';
}
