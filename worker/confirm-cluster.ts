import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { readClusterId } from '../kubernetes/read-cluster-id.ts';
import { retryForever, type RetryOptions } from './retry-forever.ts';

/** Thrown when the API server belongs to another cluster than at the start of the process. */
export class ClusterChangedError extends Error {
  override readonly name = 'ClusterChangedError';
  readonly code = 'CLUSTER_CHANGED';
  readonly retryable = false;
}

/**
 * Makes sure that the API server still belongs to the cluster whose workflows this process looks after: at another one
 * every resource would seem to be deleted, and its workflow would be cancelled.
 *
 * @throws ClusterChangedError, or the signal's reason when it is aborted.
 */
export async function confirmCluster(
  transport: KubernetesTransport,
  clusterId: string,
  retry: RetryOptions,
): Promise<void> {
  const found = await retryForever(
    { event: 'ClusterIdUnknown', apiServer: transport.server },
    () => readClusterId(transport, { signal: retry.signal }),
    retry,
  );
  if (found === clusterId) return;
  throw new ClusterChangedError(
    `The API server at ${transport.server} now belongs to cluster ${found}; this process was started for cluster ${clusterId}. ` +
      'The process ends, and nothing was cancelled. Check the kubeconfig, then start it again.',
  );
}
