/** Thrown when a file does not hold payload keys; the message tells the line and never what stands in it. */
export class PayloadKeyFileError extends Error {
  readonly code = 'PAYLOAD_KEY_FILE_INVALID';
  readonly retryable = false;
  override readonly name = 'PayloadKeyFileError';
}

/** `PAYLOAD_KEY_UNKNOWN`: its key is not listed here. `PAYLOAD_NOT_AUTHENTIC`: its key does not fit it. */
export type PayloadUnreadableCode = 'PAYLOAD_KEY_UNKNOWN' | 'PAYLOAD_NOT_AUTHENTIC';

/**
 * Thrown when an encrypted payload cannot be read here. The key can be put back, so it is always worth another try.
 * That says nothing about the task, so it is never taken for an answer. The name is the failure's type in histories.
 */
export class PayloadUnreadableError extends Error {
  readonly code: PayloadUnreadableCode;
  readonly retryable = true;
  override readonly name = 'PayloadUnreadableError';

  constructor(code: PayloadUnreadableCode, message: string) {
    super(message);
    this.code = code;
  }
}
