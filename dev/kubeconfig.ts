/** The contents of a kubeconfig for one user on the local API server. */
export interface KubeconfigContent {
  readonly url: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly user: string;
  readonly token: string;
}

/** A kubeconfig as JSON, which is YAML too. */
export function kubeconfig({ url, certificateAuthority, user, token }: KubeconfigContent): string {
  const cluster = 'sei-node-tasks-local';
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: cluster,
        cluster: { server: url, 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: cluster, context: { cluster, user, namespace: 'default' } }],
    'current-context': cluster,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
