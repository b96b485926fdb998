export const SEI_NODE_TASK = {
  group: 'sei.io',
  version: 'v1alpha1',
  plural: 'seinodetasks',
  kind: 'SeiNodeTask',
} as const;

/** Owned by another controller: read here, never written except by UpdateNodeImage. */
export const SEI_NODE = {
  group: 'sei.io',
  version: 'v1alpha1',
  plural: 'seinodes',
  kind: 'SeiNode',
} as const;
