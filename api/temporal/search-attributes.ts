/**
 * Search attributes that the service sets; lists in the Temporal UI filter by them. Each is a key as the Temporal
 * SDK takes it.
 */
export const searchAttributes = {
  /** Uid of the cluster's `kube-system` namespace: several clusters may share one Temporal namespace. */
  cluster: { name: 'SeiCluster', type: 'KEYWORD' },
  namespace: { name: 'SeiNamespace', type: 'KEYWORD' },
  node: { name: 'SeiNode', type: 'KEYWORD' },
  kind: { name: 'SeiTaskKind', type: 'KEYWORD' },
  /** Set at the end: the reason on the resource's `Ready` or `Failed` condition. */
  outcome: { name: 'SeiTaskOutcome', type: 'KEYWORD' },
} as const;
