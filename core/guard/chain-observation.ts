/*
 * What was read of a chain at one time, for the guard. Powers are decimal strings: they exceed 2^53. Whatever a node
 * did not answer, or answered oddly, is unset, never zero.
 */

/** What was read of a chain, through all of its nodes that this service knows. */
export interface ChainObservation {
  readonly chainId: string;
  /** When the first read began, in milliseconds since the epoch. */
  readonly readFromMs: number;
  /** Every SeiNode of the chain that this service can list, the target included. */
  readonly nodes: readonly ObservedNode[];
  /** The height h at which the sources were asked for their validators. Unset: no source reported a height. */
  readonly height?: number;
  /** What each node that was asked said about the chain at `height`; at most five nodes, or as many as have to agree; never the target. */
  readonly sources: readonly ChainSource[];
  /** The only namespace in which SeiNodes were listed, for want of the right to list all. Unset: all were listed. */
  readonly onlyNamespace?: string;
  /** Why nothing could be read. Unset: it could. */
  readonly problem?: string;
}

/** One SeiNode and what its own RPC says of itself. */
export interface ObservedNode {
  readonly namespace: string;
  readonly name: string;
  /** `spec.validator`, `spec.seed`, …: the one that is set. */
  readonly role: 'validator' | 'fullNode' | 'archive' | 'replayer' | 'seed' | 'unknown';
  readonly phase?: string;
  /** Unset: its RPC did not answer, or not with a status. */
  readonly status?: NodeStatus;
  /** What its RPC answered instead of a status, such as `HTTP status 503`. Unset: a status, or it was not asked. */
  readonly problem?: string;
}

/** `/status` of one node at two reads: the first, and the last of one to three more. */
export interface NodeStatus {
  readonly network: string;
  /** `validator_info.address`, 40 hexadecimal digits, upper case. Unset: it is not one. */
  readonly address?: string;
  readonly catchingUp: boolean;
  /** `latest_block_height` at the first and at the last read. */
  readonly firstHeight: number;
  readonly height: number;
  /** `latest_block_time` at the last read, in milliseconds since the epoch. Unset: it is not a time. */
  readonly blockTimeMs?: number;
  /** `latest_block_hash` at the last read. Empty: the block has none. Unset: it is not a hash. */
  readonly blockHash?: string;
  /** Between the two reads, in milliseconds. */
  readonly betweenReadsMs: number;
}

/** What one node says about its chain. */
export interface ChainSource {
  readonly namespace: string;
  readonly name: string;
  /** All pages of `/validators?height=h`. Unset: not all could be read, or their number is not the total. */
  readonly validators?: readonly ChainValidator[];
  /** Of `height` − 10 … `height` − 1: the canonical ones that could be read, in ascending order. */
  readonly commits: readonly ChainCommit[];
  /** The planned upgrade. `'none'`: there is none. Unset: not known. */
  readonly upgrade?: { readonly name: string; readonly height: number } | 'none';
  /** The first thing that could not be read, and what was answered instead. Unset: all was read. */
  readonly problem?: string;
}

export interface ChainValidator {
  /** 40 hexadecimal digits, upper case. */
  readonly address: string;
  /** A decimal number, at least 0. */
  readonly power: string;
}

export interface ChainCommit {
  readonly height: number;
  /** Time of the block, in milliseconds since the epoch. Unset: it is not a time. */
  readonly timeMs?: number;
  /** Hash of the block. Empty: it has none, as on a chain that this guard does not understand. */
  readonly hash: string;
  /** Addresses whose signature has `block_id_flag` 2. */
  readonly signed: readonly string[];
}
