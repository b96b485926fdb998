import { KubeConfig } from '@kubernetes/client-node';
import { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import type { LocalKubernetes } from './local-kubernetes.ts';

/** Access to the local API server as its administrator. */
export function adminTransport(kubernetes: Pick<LocalKubernetes, 'kubeconfig'>): KubernetesTransport & AsyncDisposable {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubernetes.kubeconfig('admin'));
  const transport = new KubernetesTransport(kubeConfig);
  return Object.assign(transport, { [Symbol.asyncDispose]: () => transport.close() });
}
