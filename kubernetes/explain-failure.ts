import { errors } from 'undici';
import { KubernetesConnectionError, KubernetesError, KubernetesTimeoutError } from './errors.ts';

/** Codes of a certificate that is not trusted, and of a client certificate that is none. */
const UNTRUSTED = /^(?:CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS_CERT|ERR_OSSL_PEM|ERR_OSSL_X509)/;

export interface FailedCall {
  readonly call: string;
  readonly server: string;
  /** The caller's signal: its reason is passed on unchanged. */
  readonly signal: AbortSignal | undefined;
}

/** Turns an error of a socket, a timer or undici into one of our classes. */
export function explainFailure(error: unknown, { call, server, signal }: FailedCall): unknown {
  if (error instanceof KubernetesError) return error;
  if (signal?.aborted) return signal.reason;
  if (isTimeout(error)) {
    // A create that is repeated may happen twice.
    const advice = call.startsWith('POST ')
      ? 'The API server may have done what was asked, or may still do it. Check its load and the network.'
      : 'Repeat it. If it keeps timing out, check the load of the API server and the network.';
    return new KubernetesTimeoutError(`${call} at ${server} timed out. ${advice}`, { cause: error });
  }
  const words = wordsOf(error);
  return new KubernetesConnectionError(`${call}: no answer from ${server} (${words}). ${adviceFor(words)}`, {
    cause: error,
    sent: isWithoutConnection(error) ? 'no' : 'perhaps',
  });
}

/** The name was not found, nobody listens, or the certificate of the server is not trusted. */
function isWithoutConnection(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isWithoutConnection);
  const { syscall, code = '' } = error as { readonly syscall?: unknown; readonly code?: unknown };
  return (
    error instanceof errors.ConnectTimeoutError ||
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    UNTRUSTED.test(String(code))
  );
}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    (error instanceof DOMException && error.name === 'TimeoutError')
  );
}

/** The code comes first: Node's AggregateError for several refused addresses has no message. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message ? `${code}: ${error.message}` : code;
}

function adviceFor(words: string): string {
  if (/CERT|SELF_SIGNED|SIGNATURE|TLS|SSL/.test(words))
    return 'Check certificate-authority, tls-server-name and the client certificate in the kubeconfig.';
  return 'Check that the API server runs and that the server URL in the kubeconfig is correct.';
}
