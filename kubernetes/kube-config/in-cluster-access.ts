import { existsSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import type { ClusterAccess } from './cluster-access.ts';

/**
 * The API server of the pod that this process runs in, as its ServiceAccount. Its token is read again from its file,
 * which the kubelet rotates. Unset: this process runs in no pod, or in one without a token.
 */
export function inClusterAccess(): ClusterAccess | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  if (!host || !port) return undefined;
  const config = new KubeConfig();
  config.loadFromCluster();
  const tokenFile = String(config.getCurrentUser()?.authProvider?.config['tokenFile']);
  if (!existsSync(tokenFile)) return undefined;
  return {
    ...clusterOf(config),
    namespace: config.contexts[0]?.namespace?.trim() || undefined,
    user: { name: 'ServiceAccount of the pod', authorization: { type: 'token', tokenFile }, impersonation: {} },
  };
}

function clusterOf(config: KubeConfig): Pick<ClusterAccess, 'server' | 'certificateAuthority' | 'skipTlsVerify'> {
  const { server = '', caFile = '' } = config.getCurrentCluster() ?? {};
  return { server, certificateAuthority: { file: caFile }, skipTlsVerify: false };
}
