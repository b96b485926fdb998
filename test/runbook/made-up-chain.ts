import type { ChainObservation, ChainSource, NodeStatus, ObservedNode } from '../../core/guard/chain-observation.ts';

export const NAMESPACE = 'arctic-1';
export const CHAIN = 'test-1';
/** When a made-up chain was read, in milliseconds since the epoch. */
export const READ_AT = Date.UTC(2026, 10, 28, 12);
export const HEIGHT = 1_000;

/** 40 digits, from a number. */
function addressOf(number: number): string {
  return number.toString(16).toUpperCase().padStart(40, '0');
}

function nodeStatus(status: Partial<NodeStatus> = {}): NodeStatus {
  return {
    network: CHAIN,
    catchingUp: false,
    firstHeight: HEIGHT - 2,
    height: HEIGHT,
    blockTimeMs: READ_AT - 400,
    betweenReadsMs: 1_000,
    ...status,
  };
}

/** A full node that is well, unless told otherwise. */
export function observedNode(
  name: string,
  node: Partial<Omit<ObservedNode, 'status'>> & { status?: Partial<NodeStatus> | 'none' } = {},
): ObservedNode {
  const { status = {}, ...rest } = node;
  const facts = { namespace: NAMESPACE, name, role: 'fullNode', phase: 'Running', ...rest } as const;
  return status === 'none' ? facts : { ...facts, status: nodeStatus(status) };
}

/** A validator whose address comes from a number. */
export function observedValidator(
  name: string,
  number: number,
  node: Parameters<typeof observedNode>[1] = {},
): ObservedNode {
  const status = node.status === 'none' ? 'none' : { address: addressOf(number), ...node.status };
  return observedNode(name, { role: 'validator', ...node, status });
}

/** What a source says: validators by number and power, and who signed each of the last ten commits. */
export function chainSource(
  name: string,
  {
    powers,
    signers = Object.keys(powers).map(Number),
    commits = 10,
    height = HEIGHT,
  }: {
    readonly powers: Readonly<Record<number, number | string>>;
    readonly signers?: readonly number[];
    readonly commits?: number;
    readonly height?: number;
  },
): ChainSource {
  return {
    namespace: NAMESPACE,
    name,
    validators: Object.entries(powers).map(([number, power]) => ({
      address: addressOf(Number(number)),
      power: `${power}`,
    })),
    commits: Array.from({ length: commits }, (_, index) => ({
      height: height - commits + index,
      hash: 'AB',
      timeMs: READ_AT - 400 * (commits - index),
      signed: signers.map(addressOf),
    })),
    upgrade: 'none',
  };
}

export function chainObservation(
  nodes: readonly ObservedNode[],
  sources: readonly ChainSource[] = [],
  observation: Partial<ChainObservation> = {},
): ChainObservation {
  return { chainId: CHAIN, readFromMs: READ_AT, nodes, height: HEIGHT, sources, ...observation };
}
