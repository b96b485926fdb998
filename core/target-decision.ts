import type { SeiNode } from '../api/sei-node.ts';

/** What a read of the target found; `node` is unset when there is no such SeiNode. */
export interface ObservedTarget {
  readonly node?: SeiNode;
}

export type TargetDecision =
  | { readonly state: 'met'; readonly node: SeiNode }
  | { readonly state: 'missing' }
  | { readonly state: 'elsewhere'; readonly phase: string | undefined };

/** Whether the target is in the phase that the task requires. */
export function decideTarget(observed: ObservedTarget, requirePhase: string): TargetDecision {
  const { node } = observed;
  if (node === undefined) return { state: 'missing' };
  const phase = node.status?.phase;
  return phase === requirePhase ? { state: 'met', node } : { state: 'elsewhere', phase };
}
