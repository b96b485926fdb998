import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import type { KubernetesTransport } from '../../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';

const PLURALS = new Map([
  ['Role', 'roles'],
  ['RoleBinding', 'rolebindings'],
]);

/** Gives the service's account its rights on the lease in another namespace than deploy/rbac does. */
export async function grantLease(admin: KubernetesTransport, namespace: string): Promise<void> {
  const text = await readFile(new URL('../../deploy/rbac/service.yaml', import.meta.url), 'utf8');
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as KubernetesObject;
    const plural = PLURALS.get(object.kind ?? '');
    if (plural === undefined) continue;
    const kind = { group: 'rbac.authorization.k8s.io', version: 'v1', plural };
    await new ResourceClient(admin, kind).create(namespace, { ...object, metadata: { ...object.metadata, namespace } });
  }
}
