/** Thrown when a file does not contain payload keys. The message names the line and never quotes it. */
export class PayloadKeyFileError extends Error {
  readonly code = 'PAYLOAD_KEY_FILE_INVALID';
  readonly retryable = false;
  override readonly name = 'PayloadKeyFileError';
}

/** `PAYLOAD_KEY_UNKNOWN`: its key is not listed here. `PAYLOAD_NOT_AUTHENTIC`: its key does not decrypt it. */
export type PayloadUnreadableCode = 'PAYLOAD_KEY_UNKNOWN' | 'PAYLOAD_NOT_AUTHENTIC';

/**
 * Thrown when an encrypted payload cannot be decrypted here. Always retried: the key can be added again. It says
 * nothing about the task, so it never becomes a verdict. The name is the failure's type in histories.
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
