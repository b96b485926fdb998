import { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../kubernetes/load-kube-config.ts';
import type { LocalKubernetes } from './local-kubernetes.ts';

/** Access to the local API server as its administrator. */
export async function adminTransport(
  kubernetes: Pick<LocalKubernetes, 'kubeconfig'>,
): Promise<KubernetesTransport & AsyncDisposable> {
  const transport = new KubernetesTransport(await loadKubeConfig({ file: kubernetes.kubeconfig('admin') }));
  return Object.assign(transport, { [Symbol.asyncDispose]: () => transport.close() });
}
