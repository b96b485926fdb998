/** Thrown when Temporal cannot be reached, or takes no calls from this process. */
export class TemporalConnectionError extends Error {
  override readonly name = 'TemporalConnectionError';
  readonly code = 'TEMPORAL_UNREACHABLE';
  readonly retryable = true;
}

/** In this order: what is said of a certificate stands in an error of the transport. */
const ADVICE: readonly (readonly [words: RegExp, advice: string])[] = [
  [
    /UnknownIssuer|BadSignature|BadEncoding/,
    "The server's certificate is of an authority that is not trusted here: check TEMPORAL_TLS_SERVER_CA_CERT_PATH",
  ],
  [
    /NotValidForName/,
    "The server's certificate is for another name: check TEMPORAL_ADDRESS, or set TEMPORAL_TLS_SERVER_NAME",
  ],
  [/Expired|NotValidYet/, "The server's certificate is out of date: check it, and this machine's clock"],
  [
    /PrivateKeyParse|CertificateParse/,
    'Check the files of TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH',
  ],
  [
    /authentication credentials|permission|authorized/i,
    'Check TEMPORAL_API_KEY or the client certificate, and that it may use the namespace',
  ],
  [
    /Failed to call .*transport::Error|InvalidContentType|CertificateRequired|alert/s,
    'The server took the connection and ended it: check whether it wants TLS, and a client certificate of an authority that it knows (TEMPORAL_TLS_CLIENT_CERT_PATH)',
  ],
];
const OTHERWISE = 'Check TEMPORAL_ADDRESS, and that the server runs';

/** Says what to do about a connection that could not be made; the words of the transport are not for people. */
export function explainTemporalFailure(error: unknown): TemporalConnectionError {
  const words = error instanceof Error ? error.message : String(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(words))?.[1] ?? OTHERWISE;
  return new TemporalConnectionError(`${advice} (${words})`);
}
