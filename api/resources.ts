/** A kind of Kubernetes resource as the API server's paths name it. */
export interface ResourceKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
}

export const SEI_NODE_TASK = {
  group: 'sei.io',
  version: 'v1alpha1',
  plural: 'seinodetasks',
  kind: 'SeiNodeTask',
} as const satisfies ResourceKind;

/** Owned by another controller: read here, never written except by UpdateNodeImage. */
export const SEI_NODE = {
  group: 'sei.io',
  version: 'v1alpha1',
  plural: 'seinodes',
  kind: 'SeiNode',
} as const satisfies ResourceKind;
