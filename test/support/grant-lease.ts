import { readManifest } from '../../dev/read-manifest.ts';
import type { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';

const PLURALS = new Map([
  ['Role', 'roles'],
  ['RoleBinding', 'rolebindings'],
]);

/** Gives the bridges' accounts their rights on the lease in another namespace than deploy/rbac does. */
export async function grantLease(admin: KubernetesTransport, namespace: string): Promise<void> {
  for (const object of await readManifest('rbac/bridge.yaml')) {
    const plural = PLURALS.get(object.kind ?? '');
    if (plural === undefined) continue;
    const kind = { group: 'rbac.authorization.k8s.io', version: 'v1', plural };
    await new ResourceClient(admin, kind).create(namespace, { ...object, metadata: { ...object.metadata, namespace } });
  }
}
