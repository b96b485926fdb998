import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';
import { ResourceClient } from '../../kubernetes/resource-client.ts';
import type { TestEnvironment } from './test-environment.ts';

const ADMISSION = { group: 'admissionregistration.k8s.io', version: 'v1' };

/**
 * An admission policy, or its binding, as a copy under a name of its own that only applies in the namespace of the
 * environment. It is deleted with the environment.
 */
export function onlyIn({ admin, namespace, added }: TestEnvironment, object: KubernetesObject): KubernetesObject {
  const { kind = '', metadata, spec } = object as KubernetesObject & { readonly spec: object };
  const name = `${metadata.name}-${namespace}`;
  const isBinding = kind.endsWith('Binding');
  const plural = isBinding ? 'validatingadmissionpolicybindings' : 'validatingadmissionpolicies';
  added.defer(() => new ResourceClient(admin, { ...ADMISSION, plural }).delete(undefined, name));
  if (!isBinding) return { ...object, metadata: { ...metadata, name } };
  const matchResources = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } };
  const bound = { ...spec, policyName: name, matchResources };
  return { ...object, metadata: { ...metadata, name }, spec: bound } as KubernetesObject;
}
