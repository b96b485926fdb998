import { parseAllDocuments } from 'yaml';
import { renderChart, type Release } from '../../dev/helm.ts';
import type { KubernetesObject } from '../../kubernetes/kubernetes-object.ts';

export interface Deployment extends KubernetesObject {
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: PodSpec };
  };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly [Container];
  readonly volumes?: readonly Volume[];
  securityContext: object;
}

interface Container {
  readonly image: string;
  readonly env: { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Volume {
  readonly name: string;
  readonly projected?: {
    readonly sources: readonly [{ readonly serviceAccountToken: { readonly path: string; readonly audience: string } }];
  };
  readonly secret?: { readonly secretName: string };
}

export function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text, { version: '1.1' })
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

/** What a release consists of. */
export async function chartObjects(release: Release): Promise<KubernetesObject[]> {
  return objectsIn(await renderChart(release));
}

export function deploymentsIn(objects: readonly KubernetesObject[]): Deployment[] {
  return objects.filter(({ kind }) => kind === 'Deployment') as Deployment[];
}

/** Variables of a Deployment's container. Those from Secrets are left out. */
export function variablesOf({ spec }: Deployment): Record<string, string> {
  const [{ env }] = spec.template.spec.containers;
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}
