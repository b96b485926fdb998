import { errors } from 'undici';
import { KubernetesConnectionError, KubernetesError, KubernetesTimeoutError } from './errors.ts';

export interface FailedCall {
  readonly call: string;
  readonly server: string;
  /** The caller's signal: its abort is passed on as it is. */
  readonly signal: AbortSignal | undefined;
}

/** Turns what a socket, a timer or undici threw into what the caller is to see. */
export function explainFailure(error: unknown, { call, server, signal }: FailedCall): unknown {
  if (error instanceof KubernetesError) return error;
  if (signal?.aborted) return signal.reason;
  if (isTimeout(error)) {
    return new KubernetesTimeoutError(
      `${call} at ${server} took too long. Repeat it; if that goes on, look at the load of the API server and the network.`,
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

/** The code first: Node's AggregateError of several refused addresses has no message. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message ? `${code}: ${error.message}` : code;
}

function adviceFor(words: string): string {
  if (/CERT|SELF_SIGNED|SIGNATURE|TLS|SSL/.test(words))
    return 'Check certificate-authority, tls-server-name and the client certificate in the kubeconfig.';
  return 'Check that the API server runs and that the server URL in the kubeconfig is right.';
}
