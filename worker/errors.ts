/** Thrown when an address of the configuration cannot be served, such as a port that is in use. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code = 'LISTEN_FAILED';
  readonly retryable = false;

  /** @param variable - Of the configuration. */
  constructor(variable: string, address: string, cause: unknown) {
    super(`${variable}=${address} cannot be served. Use an address that is free.`, { cause });
  }
}
