import { applyObject } from '../../dev/apply-manifests.ts';
import { readManifest } from '../../dev/read-manifest.ts';
import type { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';

/** Gives the bridges' accounts their rights on the lease in another namespace than deploy/rbac does. */
export async function grantLease(admin: KubernetesTransport, namespace: string): Promise<void> {
  const objects = await readManifest('rbac/bridge.yaml');
  for (const object of objects.filter(({ kind }) => kind === 'Role' || kind === 'RoleBinding'))
    await applyObject(admin, { ...object, metadata: { ...object.metadata, namespace } });
}
