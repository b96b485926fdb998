/** Why a request to the codec server was refused, and the HTTP status of the answer. */
const refusals = {
  CODEC_PATH_UNKNOWN: 404,
  CODEC_METHOD_UNKNOWN: 405,
  CODEC_ORIGIN_REFUSED: 403,
  CODEC_MEDIA_TYPE: 415,
  CODEC_TOKEN_MISSING: 401,
  CODEC_TOKEN_REFUSED: 401,
  CODEC_CLAIM_REFUSED: 403,
  CODEC_SIGNING_KEYS_UNAVAILABLE: 503,
  CODEC_BODY_TOO_LARGE: 413,
  CODEC_BODY_INVALID: 400,
} as const;

type RefusalCode = keyof typeof refusals;

/** Thrown when a request to the codec server is refused. The message is the answer; it contains no token and no payload. */
export class CodecRefusal extends Error {
  override readonly name = 'CodecRefusal';
  readonly retryable = false;
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Of HTTP. */
  get status(): number {
    return refusals[this.code];
  }
}

/** Thrown when a file does not contain bearer tokens. The message names the line and never quotes it. */
export class BearerTokensError extends Error {
  override readonly name = 'BearerTokensError';
  readonly code = 'CODEC_TOKENS_INVALID';
  readonly retryable = false;
}
