export const SEI_NODE_TASK = {
  group: 'sei.io',
  version: 'v1alpha1',
  plural: 'seinodetasks',
  kind: 'SeiNodeTask',
} as const;

export const SEI_NODE_RUNBOOK = {
  group: 'sei.io',
  version: 'v1alpha1',
  plural: 'seinoderunbooks',
  kind: 'SeiNodeRunbook',
} as const;

/** Owned by another controller: read here, never written except by UpdateNodeImage. */
export const SEI_NODE = {
  group: 'sei.io',
  version: 'v1alpha1',
  plural: 'seinodes',
  kind: 'SeiNode',
} as const;
