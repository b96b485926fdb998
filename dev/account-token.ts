import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';

export interface AccountTokenRequest {
  readonly namespace: string;
  readonly name: string;
  /** Unset: the audience of the API server. */
  readonly audiences?: readonly string[];
  /** The object whose end revokes the token. Unset: none. */
  readonly boundObjectRef?: object;
}

/** A token of a ServiceAccount, as the kubelet gets it for a pod; good for an hour. */
export async function accountToken(
  admin: KubernetesTransport,
  { namespace, name, audiences, boundObjectRef }: AccountTokenRequest,
): Promise<string> {
  const answer = await admin.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences, expirationSeconds: 3_600, boundObjectRef },
    },
  });
  return (answer as { status: { token: string } }).status.token;
}
