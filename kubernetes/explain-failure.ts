import { errors } from 'undici';
import { KubernetesConnectionError, KubernetesError, KubernetesTimeoutError } from './errors.ts';

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
    return new KubernetesTimeoutError(
      `${call} at ${server} timed out. Repeat it. If it keeps timing out, check the load of the API server and the network.`,
      {
        cause: error,
      },
    );
  }
  const words = wordsOf(error);
  return new KubernetesConnectionError(`${call}: no answer from ${server} (${words}). ${adviceFor(words)}`, {
    cause: error,
  });
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
