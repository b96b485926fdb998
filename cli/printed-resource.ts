import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';
import { print } from './output.ts';
import { serialized, type Format } from './serialized.ts';

/** As kubectl's `-o name`: `seinodetask.sei.io/restart-0`. */
export function resourceName({ apiVersion = '', kind = '', metadata }: KubernetesObject): string {
  return `${kind.toLowerCase()}.${apiVersion.replace(/\/.*$/, '')}/${metadata.name}`;
}

/** Without what no reader looks for, as kubectl prints it. */
export function withoutManagedFields(resource: KubernetesObject): object {
  const { managedFields: _, ...metadata } = resource.metadata as KubernetesObject['metadata'] & {
    readonly managedFields?: unknown;
  };
  return { ...resource, metadata };
}

/** Prints a resource for a program. */
export function printAs(format: Format | 'name', resource: KubernetesObject): void {
  print(format === 'name' ? resourceName(resource) : serialized(withoutManagedFields(resource), format));
}

/** Resources as kubectl prints several of them. */
export function listDocument(resources: readonly KubernetesObject[]): object {
  return { apiVersion: 'v1', kind: 'List', metadata: {}, items: resources.map(withoutManagedFields) };
}
