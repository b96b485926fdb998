import type { NodeReference } from '../../api/node-reference.ts';
import { agreedHead, agreeingOnHead } from '../../core/guard/agreed-head.ts';
import { isFresh } from '../../core/guard/chain-evidence.ts';
import type { NodeStatus, ObservedNode } from '../../core/guard/chain-observation.ts';
import { isSameNode } from '../../core/guard/guard-situation.ts';

/** How many nodes are asked, unless more have to agree: enough to find out which of them lies. */
const USUAL_SOURCES = 5;
/** A node that is more blocks below the height that enough nodes have is not asked: all others would be asked there. */
const LARGEST_LAG = 5;

interface Choice {
  readonly chainId: string;
  /** It is not asked: a task would take it down. */
  readonly target: NodeReference;
  /** These are asked only where there are too few others: they were taken down, and what they answer may not count. */
  readonly last: readonly NodeReference[];
  /** So many have to agree. */
  readonly minSources: number;
  /** In milliseconds since the epoch. */
  readonly nowMs: number;
}

export interface ChosenSources {
  readonly sources: readonly ObservedNode[];
  /** The smallest height of the sources: each of them has it. Unset: there is no source. */
  readonly height?: number;
}

interface Candidate {
  readonly node: ObservedNode;
  readonly status: NodeStatus;
}

/**
 * The nodes to ask about the chain: the highest of those that follow it. Where none does, as on a chain that has
 * stopped, the highest of those that are not catching up, or else of all. One that is far below the others is left out.
 */
export function chooseSources(nodes: readonly ObservedNode[], choice: Choice): ChosenSources {
  const isLast = ({ node }: Candidate): boolean => choice.last.some((each) => isSameNode(node, each));
  const candidates = nodes.flatMap((node): Candidate[] =>
    node.status?.network === choice.chainId && !isSameNode(node, choice.target) ? [{ node, status: node.status }] : [],
  );
  const settled = candidates.filter(({ status }) => !status.catchingUp);
  const fresh = settled.filter(({ status }) => isFresh(status, choice.nowMs));
  const best = [fresh, settled, candidates].find((each) => each.length > 0) ?? [];
  const heights = best.map(({ status }) => status.height);
  const lowest = (agreedHead(heights, agreeingOnHead(choice.minSources)) ?? 0) - LARGEST_LAG;
  const chosen = best
    .filter(({ status }) => status.height >= lowest)
    .toSorted((one, other) => Number(isLast(one)) - Number(isLast(other)) || other.status.height - one.status.height)
    .slice(0, Math.max(USUAL_SOURCES, choice.minSources));
  if (chosen.length === 0) return { sources: [] };
  return { sources: chosen.map(({ node }) => node), height: Math.min(...chosen.map(({ status }) => status.height)) };
}
