import { readFileSync } from 'node:fs';
import { present } from '../../lib/present.ts';
import type { AccessCluster } from './access-cluster.ts';
import type { ClusterEntry } from './parse-kube-config.ts';

/** Name of the part of a cluster's entry that is for exec plugins. */
const EXTENSION = 'client.authentication.k8s.io/exec';

/** What an exec plugin with `provideClusterInfo` is told of the cluster: `spec.cluster` of an ExecCredential. */
export function execClusterInfo(
  { server, certificateAuthority, skipTlsVerify, tlsServerName, proxyUrl }: AccessCluster,
  { extensions, 'disable-compression': disableCompression }: ClusterEntry,
): object {
  const pem =
    certificateAuthority &&
    ('file' in certificateAuthority ? readFileSync(certificateAuthority.file) : certificateAuthority.data);
  return present({
    server,
    'tls-server-name': tlsServerName,
    'insecure-skip-tls-verify': skipTlsVerify || undefined,
    'certificate-authority-data': pem?.toString('base64'),
    'proxy-url': proxyUrl,
    'disable-compression': disableCompression || undefined,
    config: extensions.find(({ name }) => name === EXTENSION)?.extension ?? null,
  });
}
