/** Why Temporal cannot be used. */
export type TemporalConnectionErrorCode =
  | 'TEMPORAL_UNREACHABLE'
  | 'TEMPORAL_SERVER_CA_UNKNOWN'
  | 'TEMPORAL_SERVER_NAME_DIFFERS'
  | 'TEMPORAL_SERVER_CERTIFICATE_EXPIRED'
  | 'TEMPORAL_CLIENT_CERTIFICATE_UNREADABLE'
  | 'TEMPORAL_UNAUTHORIZED'
  | 'TEMPORAL_TLS_REFUSED';

/** Thrown when Temporal cannot be reached, or refuses the calls of this process. */
export class TemporalConnectionError extends Error {
  override readonly name = 'TemporalConnectionError';
  readonly code: TemporalConnectionErrorCode;
  readonly retryable = true;

  constructor(code: TemporalConnectionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The order matters: an error about a certificate is contained in a transport error. */
const ADVICE: readonly (readonly [words: RegExp, code: TemporalConnectionErrorCode, advice: string])[] = [
  [
    /UnknownIssuer|BadSignature|BadEncoding/,
    'TEMPORAL_SERVER_CA_UNKNOWN',
    "The server's certificate is signed by a CA that is not trusted here: check TEMPORAL_TLS_SERVER_CA_CERT_PATH",
  ],
  [
    /NotValidForName/,
    'TEMPORAL_SERVER_NAME_DIFFERS',
    "The server's certificate is for another name: check TEMPORAL_ADDRESS, or set TEMPORAL_TLS_SERVER_NAME",
  ],
  [
    /Expired|NotValidYet/,
    'TEMPORAL_SERVER_CERTIFICATE_EXPIRED',
    "The server's certificate is expired or not yet valid: check it, and this machine's clock",
  ],
  [
    /PrivateKeyParse|CertificateParse/,
    'TEMPORAL_CLIENT_CERTIFICATE_UNREADABLE',
    'Check the files of TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH',
  ],
  [
    /authentication credentials|permission|authorized/i,
    'TEMPORAL_UNAUTHORIZED',
    'Check TEMPORAL_API_KEY or the client certificate, and that it is authorized for the namespace',
  ],
  [
    /Failed to call .*transport::Error|InvalidContentType|CertificateRequired|alert/s,
    'TEMPORAL_TLS_REFUSED',
    'The server accepted the connection and closed it: check whether it requires TLS, and a client certificate signed by a CA that it trusts (TEMPORAL_TLS_CLIENT_CERT_PATH)',
  ],
];
const OTHERWISE = [
  undefined,
  'TEMPORAL_UNREACHABLE',
  'Check TEMPORAL_ADDRESS, and that the server is running',
] as const;

/** Turns a failed connection into a message that says what to do: the transport's own message does not. */
export function explainTemporalFailure(error: unknown): TemporalConnectionError {
  const words = error instanceof Error ? error.message : String(error);
  const [, code, advice] = ADVICE.find(([pattern]) => pattern.test(words)) ?? OTHERWISE;
  return new TemporalConnectionError(code, `${advice} (${words})`);
}
