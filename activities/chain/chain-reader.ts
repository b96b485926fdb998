import type { NodeReference } from '../../api/node-reference.ts';
import type { ChainObservation } from '../../core/guard/chain-observation.ts';
import type { ResourceClient } from '../../kubernetes/resource-client.ts';
import type { SeidRpc } from '../seid-rpc.ts';
import { chooseSources } from './choose-sources.ts';
import { listChainNodes } from './list-chain-nodes.ts';
import { readSource } from './read-source.ts';
import { readStatuses } from './read-statuses.ts';

/** Between two reads of a status, in milliseconds. Sei has a block about every 0.4 s. */
const STATUS_INTERVAL_MS = 1_000;

export interface ChainReaderOptions {
  readonly rpc: SeidRpc;
  readonly seiNodes: ResourceClient;
  /** Between two reads of a node's status, in milliseconds. Default: 1,000. */
  readonly statusIntervalMs?: number;
}

export interface ChainRead {
  readonly chainId: string;
  /** The node that a task would take down. It is not asked about the chain. Without a name: there is none. */
  readonly target: NodeReference;
  /** Other nodes, which are asked about it only where there are too few others: they were taken down. Default: none. */
  readonly last?: readonly NodeReference[];
  /** Other nodes that have to agree: so many are asked, where there are as many. */
  readonly minSources: number;
  readonly signal: AbortSignal;
  /** The clock, in milliseconds since the epoch. Default: that of the machine. */
  readonly nowMs?: () => number;
}

/** Reads a chain through the CometBFT RPC of its SeiNodes. Every call has a timeout and a maximum answer size. */
export class ChainReader {
  readonly #options: ChainReaderOptions;

  constructor(options: ChainReaderOptions) {
    this.#options = options;
  }

  /**
   * Takes a second and more: three when no node has a new block. Whatever a node does not answer is unset in the result.
   *
   * @throws KubernetesError when the API server does not list the SeiNodes.
   * @throws the signal's reason when it is aborted.
   */
  async read({
    chainId,
    target,
    last = [],
    minSources,
    signal,
    nowMs = Date.now,
  }: ChainRead): Promise<ChainObservation> {
    const { rpc, seiNodes, statusIntervalMs: intervalMs = STATUS_INTERVAL_MS } = this.#options;
    const readFromMs = nowMs();
    const { nodes: listed, onlyNamespace } = await listChainNodes(seiNodes, { chainId, target, signal });
    const nodes = await readStatuses(listed, { rpc, intervalMs, signal });
    const { sources: chosen, height } = chooseSources(nodes, { chainId, target, last, minSources, nowMs: nowMs() });
    const observation = { chainId, readFromMs, nodes, onlyNamespace };
    if (height === undefined) return { ...observation, sources: [] };
    const asked = chosen.map(async (node) => await readSource({ rpc, node, chainId, height, signal }));
    return { ...observation, height, sources: await Promise.all(asked) };
  }
}
