import { setTimeout as sleep } from 'node:timers/promises';
import { SEI_NODE, SEI_NODE_RUNBOOK, SEI_NODE_TASK } from '../api/resources.ts';
import { hasHttpStatus } from '../kubernetes/errors.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { resourcePath } from '../kubernetes/resource-path.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { readManifest } from './read-manifest.ts';

/** What a cluster needs before the service can run in it. The SeiNode CRD is the local stand-in. */
const MANIFESTS = [
  'crd/seinodetasks.sei.io.yaml',
  'crd/seinoderunbooks.sei.io.yaml',
  'crd/local/seinodes.sei.io.yaml',
  'rbac/accounts.yaml',
  'rbac/bridge.yaml',
  'rbac/worker.yaml',
  'rbac/update-node-image.yaml',
  'rbac/people.yaml',
  'admission/task-kinds.yaml',
];
const FIELD_MANAGER = 'sei-node-tasks-dev';
const ESTABLISH_TIMEOUT_MS = 30_000;

/** Paths of the kinds in our manifests. */
const plurals: Readonly<Record<string, string>> = {
  CustomResourceDefinition: 'customresourcedefinitions',
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
};

/**
 * Applies the project's manifests as `kubectl apply --server-side` would, and waits until the resources are served.
 *
 * @throws KubernetesError when the API server refuses one; Error when they are not served within 30 s.
 */
export async function applyManifests(transport: KubernetesTransport): Promise<void> {
  for (const manifest of MANIFESTS) {
    for (const object of await readManifest(manifest)) await applyObject(transport, object);
  }
  await Promise.all(
    [SEI_NODE, SEI_NODE_TASK, SEI_NODE_RUNBOOK].map((resource) =>
      served(new ResourceClient(transport, resource), resource.plural),
    ),
  );
}

/** Applies one object of our manifests, by force. @throws KubernetesError when the API server refuses it. */
export async function applyObject(transport: KubernetesTransport, object: KubernetesObject): Promise<void> {
  const plural = plurals[object.kind ?? ''];
  if (plural === undefined) throw new Error(`${object.kind}: not a kind of our manifests; add its plural here`);
  const [group = '', version = ''] = object.apiVersion?.includes('/')
    ? object.apiVersion.split('/')
    : ['', object.apiVersion];
  const { name, namespace } = object.metadata;
  await transport.request({
    method: 'PATCH',
    path: resourcePath({ group, version, plural }, { namespace, name }),
    query: { fieldManager: FIELD_MANAGER, force: true },
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
}

async function served(client: ResourceClient, plural: string): Promise<void> {
  const deadline = Date.now() + ESTABLISH_TIMEOUT_MS;
  while (Date.now() < deadline) {
    try {
      await client.listPage({ limit: 1 });
      return;
    } catch (error) {
      // 404 until the CRD is established, 429 while its storage is being set up.
      if (!hasHttpStatus(error, 404) && !hasHttpStatus(error, 429)) throw error;
      await sleep(100);
    }
  }
  throw new Error(`${plural} are not served ${ESTABLISH_TIMEOUT_MS / 1000} s after their CRD was applied`);
}
