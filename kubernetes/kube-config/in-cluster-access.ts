import { existsSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import type { ClusterAccess } from './cluster-access.ts';

/** Where the kubelet mounts the ServiceAccount of a pod. */
const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The API server of the pod that this process runs in, as its ServiceAccount. Unset: it runs in none. */
export function inClusterAccess(): ClusterAccess | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const tokenFile = `${MOUNT}/token`;
  if (!host || !port || !existsSync(tokenFile)) return undefined;
  const namespaceFile = `${MOUNT}/namespace`;
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    certificateAuthority: { file: `${MOUNT}/ca.crt` },
    skipTlsVerify: false,
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() || undefined : undefined,
    user: { name: 'ServiceAccount of the pod', authorization: { type: 'token', tokenFile }, impersonation: {} },
  };
}
