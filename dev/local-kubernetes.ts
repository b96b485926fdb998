import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { etcdServer } from './etcd-server.ts';
import { freePort } from './free-port.ts';
import { certificateFile, kubeApiserver } from './kube-apiserver.ts';
import { kubeconfig } from './kubeconfig.ts';
import { kubernetesApi } from './kubernetes-api.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { writeTokenFile } from './kubernetes-users.ts';
import type { KubernetesUser } from './kubernetes-users.ts';
import type { LocalServer, StartServer } from './local-server.ts';
import type { TcpProxy } from './tcp-proxy.ts';

export interface LocalKubernetes {
  readonly url: string;
  /** File and contents (PEM) of the CA that signed the server's certificate. */
  readonly caFile: string;
  readonly certificateAuthority: string;
  readonly token: (user: KubernetesUser) => string;
  /** Path of a kubeconfig for this user. */
  readonly kubeconfig: (user: KubernetesUser) => string;
  readonly apiServer: LocalServer;
  readonly etcd: LocalServer;
  readonly etcdUrl: string;
}

export interface LocalKubernetesOptions {
  readonly binaries: { readonly kubeApiserver: string; readonly etcd: string };
  readonly directory: string;
  readonly startServer: StartServer;
  /** Proxy between the API server and etcd. Default: none. */
  readonly etcdLink?: TcpProxy | undefined;
}

/** Starts etcd and the API server on it, with a kubeconfig for each user. */
export async function startLocalKubernetes(options: LocalKubernetesOptions): Promise<LocalKubernetes> {
  const { binaries, directory, startServer, etcdLink } = options;
  const [port, etcdPort, etcdPeerPort] = [await freePort(), await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const caFile = certificateFile(directory);
  const tokenFile = join(directory, 'tokens.csv');
  const tokens = await writeTokenFile(tokenFile);
  const api = kubernetesApi(url, caFile, tokens.admin);
  const etcd = await startServer(
    etcdServer({ binary: binaries.etcd, directory, clientPort: etcdPort, peerPort: etcdPeerPort }),
  );
  await etcdLink?.leadTo(`127.0.0.1:${etcdPort}`);
  const apiServer = await startServer(
    kubeApiserver({
      binary: binaries.kubeApiserver,
      directory,
      port,
      etcdPort: etcdLink?.port ?? etcdPort,
      tokenFile,
      api,
    }),
  );
  await allowReviews(api, 'sidecar-proxy');
  const certificateAuthority = await readFile(caFile, 'utf8');
  const kubeconfigFile = (user: string) => join(directory, `kubeconfig-${user.replaceAll(':', '-')}`);
  for (const [user, token] of Object.entries(tokens)) {
    await writeFile(kubeconfigFile(user), kubeconfig({ url, certificateAuthority, user, token }), { mode: 0o600 });
  }
  return {
    url,
    caFile,
    certificateAuthority,
    token: (user) => tokens[user],
    kubeconfig: kubeconfigFile,
    apiServer,
    etcd,
    etcdUrl: `http://127.0.0.1:${etcdPort}`,
  };
}

/** Allows a user to create TokenReviews and SubjectAccessReviews. */
async function allowReviews(api: KubernetesApi, user: KubernetesUser): Promise<void> {
  const answer = await api.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: `${user}-reviews` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
  if (answer.status !== 201) throw new Error(`Could not bind system:auth-delegator to ${user}: ${answer.body}`);
}
