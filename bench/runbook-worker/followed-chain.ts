import type { ChainReader } from '../../activities/chain/chain-reader.ts';
import type { ChainObservation, ChainSource, NodeStatus, ObservedNode } from '../../core/guard/chain-observation.ts';
import { ADDRESS_OF_NO_KEY } from '../../core/guard/guard-situation.ts';

const BLOCK_MS = 400;
const VALIDATORS = 100;
const SOURCES = 5;
const COMMITS = 10;
const ADDRESSES = Array.from({ length: VALIDATORS }, (_, index) => index.toString(16).toUpperCase().padStart(40, '0'));

/** A chain that all nodes follow, and that is read from memory: to read 2,000 nodes would take longer than all else. */
export class FollowedChain implements Pick<ChainReader, 'read'> {
  readonly #sources: readonly Omit<ObservedNode, 'status'>[];
  readonly #nodes: readonly Omit<ObservedNode, 'status'>[];

  /** @param names - Full nodes in the namespace. Others, in another one, are the sources. */
  constructor(namespace: string, names: readonly string[]) {
    this.#sources = Array.from({ length: SOURCES }, (_, index) => fullNode('sources', `rpc-${index}`));
    this.#nodes = [...names.map((name) => fullNode(namespace, name)), ...this.#sources];
  }

  async read({ chainId, nowMs = Date.now }: Parameters<ChainReader['read']>[0]): Promise<ChainObservation> {
    const readFromMs = nowMs();
    const height = Math.floor(readFromMs / BLOCK_MS);
    const status: NodeStatus = {
      network: chainId,
      address: ADDRESS_OF_NO_KEY,
      catchingUp: false,
      firstHeight: height - 2,
      height,
      blockTimeMs: height * BLOCK_MS,
      betweenReadsMs: 1_000,
    };
    const sources = this.#sources.map(({ namespace, name }) => ({ namespace, name, ...answersAt(height) }));
    return { chainId, readFromMs, nodes: this.#nodes.map((node) => ({ ...node, status })), height, sources };
  }
}

function fullNode(namespace: string, name: string): Omit<ObservedNode, 'status'> {
  return { namespace, name, role: 'fullNode', phase: 'Running' };
}

function answersAt(height: number): Omit<ChainSource, 'namespace' | 'name'> {
  return {
    validators: ADDRESSES.map((address) => ({ address, power: '1000' })),
    commits: Array.from({ length: COMMITS }, (_, index) => height - COMMITS + index).map((each) => ({
      height: each,
      timeMs: each * BLOCK_MS,
      hash: `hash-${each}`,
      signed: ADDRESSES,
    })),
    upgrade: 'none',
  };
}
