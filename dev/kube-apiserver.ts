import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesApi } from './kubernetes-api.ts';
import type { ServerDefinition } from './local-server.ts';

export interface KubeApiserverOptions {
  readonly binary: string;
  readonly directory: string;
  readonly port: number;
  readonly etcdPort: number;
  readonly tokenFile: string;
  /** How to ask it whether it is ready. */
  readonly api: KubernetesApi;
}

/**
 * A kube-apiserver with RBAC, static tokens and a certificate that it signs itself. Nothing but the API server runs:
 * no controllers (no garbage collection, no ServiceAccount tokens), no scheduler, no kubelet.
 */
export function kubeApiserver(options: KubeApiserverOptions): ServerDefinition {
  const { binary, directory, port, etcdPort, tokenFile, api } = options;
  const serviceAccountKey = writeServiceAccountKey(directory);
  return {
    name: 'kube-apiserver',
    command: binary,
    arguments: [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      '--bind-address=127.0.0.1',
      // Unset: it looks for a network interface, which an isolated machine does not have. The loopback address is
      // allowed here because there are no Endpoints to maintain.
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--secure-port=${port}`,
      `--cert-dir=${certificateDirectory(directory)}`,
      `--token-auth-file=${tokenFile}`,
      // Anonymous requests stay allowed, as in real clusters: RBAC lets them see health and version only.
      '--authorization-mode=RBAC',
      // Pods would need a ServiceAccount that no controller creates.
      '--disable-admission-plugins=ServiceAccount',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${serviceAccountKey}`,
      `--service-account-signing-key-file=${serviceAccountKey}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--profiling=false',
    ],
    logFile: join(directory, 'kube-apiserver.log'),
    isReady: async () => (await api.request('GET', '/readyz')).status === 200,
  };
}

/** The certificate that the server makes at its first start. The last one in the file is the CA that signed it. */
export function certificateFile(directory: string): string {
  return join(certificateDirectory(directory), 'apiserver.crt');
}

function certificateDirectory(directory: string): string {
  return join(directory, 'kube-apiserver');
}

/** The server requires a key for ServiceAccount tokens, although none are requested here. */
function writeServiceAccountKey(directory: string): string {
  const file = join(directory, 'service-account.key');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(file, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  return file;
}
