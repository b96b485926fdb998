import { setTimeout as sleep } from 'node:timers/promises';
import type { SeiNode } from '../../api/sei-node.ts';
import type { ObservedNode } from '../../core/guard/chain-observation.ts';
import { roleOf } from '../../core/guard/guard-target.ts';
import { mapConcurrently } from '../../lib/map-concurrently.ts';
import type { SeidRpc } from '../seid-rpc.ts';
import { parseStatus, type StatusAnswer } from './parse-status.ts';

/** Calls in progress at most. */
const CALLS = 16;
/** Blocks may be slow: so often all nodes are read again while none of them has a new block. */
const MORE_READS = 3;

export interface StatusReads {
  readonly rpc: SeidRpc;
  /** Between two reads of a node, in milliseconds: long enough for a block. */
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

interface FirstRead {
  readonly node: Pick<ObservedNode, 'namespace' | 'name' | 'role' | 'phase'>;
  readonly answer?: StatusAnswer;
  readonly problem?: string;
  /** On the monotonic clock, in milliseconds. */
  readonly atMs: number;
}

/**
 * Reads `/status` of every node twice; again, up to four times in all, while none of them has a new block. Seeds serve no
 * RPC and are not asked.
 */
export async function readStatuses(seiNodes: readonly SeiNode[], reads: StatusReads): Promise<ObservedNode[]> {
  const first = await mapConcurrently(seiNodes.map(nodeOf), CALLS, async (node) => await readFirst(node, reads));
  let nodes: ObservedNode[] = [];
  for (let more = 0; more < MORE_READS && !nodes.some(hasNewBlock); more++) {
    await sleep(reads.intervalMs, undefined, { signal: reads.signal });
    nodes = await mapConcurrently(first, CALLS, async (read) => await readAgain(read, reads));
  }
  return nodes;
}

function hasNewBlock({ status }: ObservedNode): boolean {
  return status !== undefined && status.height > status.firstHeight;
}

function nodeOf({ metadata: { namespace, name }, spec, status }: SeiNode): FirstRead['node'] {
  return { namespace, name, role: roleOf(spec), phase: status?.phase };
}

async function readFirst(node: FirstRead['node'], reads: StatusReads): Promise<FirstRead> {
  if (node.role === 'seed') return { node, atMs: 0 };
  const read = await readStatus(node, reads);
  return { node, atMs: performance.now(), ...read };
}

async function readAgain({ node, answer: first, problem, atMs }: FirstRead, reads: StatusReads): Promise<ObservedNode> {
  if (first === undefined) return problem === undefined ? node : { ...node, problem };
  const second = await readStatus(node, reads);
  if (second.answer === undefined) return { ...node, problem: second.problem };
  const betweenReadsMs = performance.now() - atMs;
  return { ...node, status: { ...second.answer, firstHeight: first.height, betweenReadsMs } };
}

async function readStatus(
  node: FirstRead['node'],
  { rpc, signal }: StatusReads,
): Promise<{ answer?: StatusAnswer; problem?: string }> {
  const read = await rpc.call(node, { method: 'status' }, signal);
  if ('problem' in read) return read;
  const answer = parseStatus(read.result);
  return answer === undefined ? { problem: 'an answer that is not a status' } : { answer };
}
