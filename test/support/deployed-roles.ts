import { readdir } from 'node:fs/promises';
import { readManifest } from '../../dev/read-manifest.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface DeployedRole extends KubernetesObject {
  readonly kind: 'ClusterRole' | 'Role';
  readonly rules: readonly Rule[];
}

/** One verb on one resource, as one role grants it. */
export interface Right {
  readonly role: string;
  readonly group: string;
  /** With its subresource, such as `seinodetasks/status`. */
  readonly resource: string;
  readonly verb: string;
  readonly names: readonly string[];
}

/** Every object in deploy/rbac. */
export async function rbacObjects(): Promise<KubernetesObject[]> {
  const files = await readdir(new URL('../../deploy/rbac', import.meta.url));
  return (await Promise.all(files.map((file) => readManifest(`rbac/${file}`)))).flat();
}

export async function deployedRoles(): Promise<DeployedRole[]> {
  return (await rbacObjects()).filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role') as DeployedRole[];
}

export function rightsOf({ metadata: { name: role }, rules }: Pick<DeployedRole, 'metadata' | 'rules'>): Right[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames: names = [], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => ({ role, group, resource, verb, names }))),
    ),
  );
}

/** Such as `sei-node-tasks-bridge: get namespaces named kube-system`. */
export function titleOf({ role, group, resource, verb, names }: Right): string {
  const kind = group === '' ? resource : `${resource}.${group}`;
  return `${role}: ${verb} ${kind}${names.length === 0 ? '' : ` named ${names.join(', ')}`}`;
}

/** The role as it would be if somebody had forgotten one right. */
export function without(role: DeployedRole, missing: Right): DeployedRole {
  const kept = rightsOf(role).filter((right) => titleOf(right) !== titleOf(missing));
  const rules = kept.map(({ group, resource, verb, names }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
    ...(names.length > 0 && { resourceNames: names }),
  }));
  return { ...role, rules };
}
