import { KubernetesResponseError } from './errors.ts';
import type { KubernetesTransport } from './kubernetes-transport.ts';
import { ResourceClient, type CallOptions } from './resource-client.ts';

/**
 * The cluster's id: the uid of its `kube-system` namespace, which exists as long as the cluster.
 *
 * @throws what `ResourceClient.get` throws; KubernetesResponseError if there is no such namespace.
 */
export async function readClusterId(transport: KubernetesTransport, options: CallOptions = {}): Promise<string> {
  const namespaces = new ResourceClient(transport, { group: '', version: 'v1', plural: 'namespaces' });
  const namespace = await namespaces.get(undefined, 'kube-system', options);
  if (!namespace)
    throw new KubernetesResponseError(
      `${transport.server} has no namespace kube-system (yet). Wait until the API server has started, or create it.`,
    );
  return namespace.metadata.uid;
}
