/** Thrown when Temporal cannot be reached, or refuses the calls of this process. */
export class TemporalConnectionError extends Error {
  override readonly name = 'TemporalConnectionError';
  readonly code = 'TEMPORAL_UNREACHABLE';
  readonly retryable = true;
}

/** The order matters: an error about a certificate is contained in a transport error. */
const ADVICE: readonly (readonly [words: RegExp, advice: string])[] = [
  [
    /UnknownIssuer|BadSignature|BadEncoding/,
    "The server's certificate is signed by a CA that is not trusted here: check TEMPORAL_TLS_SERVER_CA_CERT_PATH",
  ],
  [
    /NotValidForName/,
    "The server's certificate is for another name: check TEMPORAL_ADDRESS, or set TEMPORAL_TLS_SERVER_NAME",
  ],
  [/Expired|NotValidYet/, "The server's certificate is expired or not yet valid: check it, and this machine's clock"],
  [
    /PrivateKeyParse|CertificateParse/,
    'Check the files of TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH',
  ],
  [
    /authentication credentials|permission|authorized/i,
    'Check TEMPORAL_API_KEY or the client certificate, and that it is authorized for the namespace',
  ],
  [
    /Namespace .* (is not found|not found)/i,
    'The Temporal namespace does not exist: check TEMPORAL_NAMESPACE, or create the namespace',
  ],
  [
    /Failed to call .*transport::Error|InvalidContentType|CertificateRequired|alert/s,
    'The server accepted the connection and closed it: check whether it requires TLS, and a client certificate signed by a CA that it trusts (TEMPORAL_TLS_CLIENT_CERT_PATH)',
  ],
];
const OTHERWISE = 'Check TEMPORAL_ADDRESS, and that the server is running';

/** Turns a failed connection into a message that says what to do: the transport's own message does not. */
export function explainTemporalFailure(error: unknown): TemporalConnectionError {
  const words = error instanceof Error ? error.message : String(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(words))?.[1] ?? OTHERWISE;
  return new TemporalConnectionError(`${advice} (${words})`);
}
