import type { NodeReference } from '../../api/node-reference.ts';
import { printable } from '../../lib/printable.ts';
import { agreedHead } from '../guard/agreed-head.ts';
import type { ChainObservation, NodeStatus, ObservedNode } from '../guard/chain-observation.ts';

/** Oldest block of a node that counts as up to date, in milliseconds. */
const FRESH_MS = 30_000;

/** `spec.gate` and what else a gate is decided by. */
export interface GateRules {
  readonly node: NodeReference;
  readonly chainId: string;
  /** Blocks beyond `headAtRestart`. */
  readonly blocks: number;
  /** Blocks behind the head of the other nodes. */
  readonly maxLag: number;
  /** Whether the node has to sign: it is a validator, and `spec.gate.signing` is set. */
  readonly signs: boolean;
  /** Nodes that must agree, where there are as many. */
  readonly minSources: number;
  /** Head of the other nodes when the restart had ended. Unset: not known yet. */
  readonly headAtRestart?: number;
}

type GateReason =
  | 'NotServing'
  | 'ChainIdMismatch'
  | 'ChainDataUnavailable'
  | 'CatchingUp'
  | 'Lagging'
  | 'TooFewBlocks'
  | 'NotFresh'
  | 'NotInValidatorSet'
  | 'NotSigning';

export type GateDecision = { readonly head?: number; readonly height?: number } & (
  | { readonly state: 'passed'; readonly message: string }
  | { readonly state: 'waiting'; readonly reason: GateReason; readonly message: string }
  /** No node of the chain makes blocks: no failure of the node at the gate. */
  | { readonly state: 'halted'; readonly message: string }
);

/** Whether a node that was restarted is back, by what itself and the other nodes of its chain answer. */
export function decideGate(observation: ChainObservation, rules: GateRules): GateDecision {
  const others = observation.nodes.filter((node) => !isSame(node, rules.node) && isOnChain(node, rules.chainId));
  const head = headOf(observation, others, rules.minSources);
  if (head === undefined && others.length >= rules.minSources && isHalted(observation, rules.chainId))
    return { state: 'halted', message: `No node of chain ${rules.chainId} has a new block. The chain is halted.` };
  const status = observation.nodes.find((node) => isSame(node, rules.node))?.status;
  const obstacle = obstacleOf(status, { observation, rules, head });
  const seen = { ...(head === undefined ? {} : { head }), ...(status === undefined ? {} : { height: status.height }) };
  return obstacle === undefined
    ? { ...seen, state: 'passed', message: passMessage(status?.height, head, rules) }
    : { ...seen, state: 'waiting', ...obstacle };
}

interface Situation {
  readonly observation: ChainObservation;
  readonly rules: GateRules;
  readonly head: number | undefined;
}

interface Obstacle {
  readonly reason: GateReason;
  readonly message: string;
}

function obstacleOf(status: NodeStatus | undefined, situation: Situation): Obstacle | undefined {
  if (status === undefined) return { reason: 'NotServing', message: 'Its RPC does not answer with a status.' };
  const { chainId } = situation.rules;
  if (status.network !== chainId)
    return {
      reason: 'ChainIdMismatch',
      message: `Its RPC reports the chain ${printable(status.network, 64)} in place of ${chainId}.`,
    };
  return behindOf(status, situation) ?? (situation.rules.signs ? signingObstacle(status, situation) : undefined);
}

function behindOf(status: NodeStatus, { observation, rules, head }: Situation): Obstacle | undefined {
  const { height } = status;
  if (status.catchingUp) return { reason: 'CatchingUp', message: `It is catching up, at height ${height}.` };
  if (head === undefined)
    return { reason: 'ChainDataUnavailable', message: 'Too few other nodes report a fresh height to compare with.' };
  if (height < head - rules.maxLag)
    return {
      reason: 'Lagging',
      message: `It is at height ${height}, more than ${rules.maxLag} blocks behind ${head}.`,
    };
  const wanted = (rules.headAtRestart ?? head) + rules.blocks;
  if (height < wanted)
    return { reason: 'TooFewBlocks', message: `It is at height ${height} and has to reach ${wanted}.` };
  return isFresh(status, observation.readFromMs)
    ? undefined
    : { reason: 'NotFresh', message: `Its block ${height} is more than ${FRESH_MS / 1000} s old or has no time.` };
}

function signingObstacle({ address }: NodeStatus, { observation, rules }: Situation): Obstacle | undefined {
  const { sources } = observation;
  const sets = sources.flatMap(({ validators }) => (validators === undefined ? [] : [validators]));
  if (sets.length === 0)
    return { reason: 'ChainDataUnavailable', message: 'No other node reports the validators of the chain.' };
  if (address === undefined || !sets.some((set) => set.some((validator) => validator.address === address)))
    return {
      reason: 'NotInValidatorSet',
      message: `Its address ${address ?? '(not reported)'} is not in the validator set: it may be jailed. Check it, then promote the gate or skip the node.`,
    };
  return signedSince(observation, rules, address)
    ? undefined
    : { reason: 'NotSigning', message: `No recent commit has its signature (${address}).` };
}

/**
 * Whether enough of the sources that have one commit after the restart show the signature in it. When the head at the
 * restart is not known yet, no commit is known to be after it.
 */
function signedSince(
  { sources }: ChainObservation,
  { headAtRestart = Number.POSITIVE_INFINITY, minSources }: GateRules,
  address: string,
): boolean {
  const heights = new Set(sources.flatMap(({ commits }) => commits.map(({ height }) => height)));
  return [...heights]
    .filter((height) => height > headAtRestart)
    .some((height) => {
      const commits = sources.flatMap((source) => source.commits.filter((commit) => commit.height === height));
      const signed = commits.filter((commit) => commit.signed.includes(address));
      return signed.length >= Math.min(minSources, commits.length);
    });
}

/** The head that enough other nodes have. Unset: too few of them are fresh. */
function headOf(
  { readFromMs }: ChainObservation,
  others: readonly ObservedNode[],
  minSources: number,
): number | undefined {
  const heights = others.flatMap(({ status }) =>
    status !== undefined && isFresh(status, readFromMs) ? [status.height] : [],
  );
  return agreedHead(heights, Math.min(minSources, others.length));
}

/** Whether no node of the chain that answers has a fresh block, or made one between two reads. */
function isHalted({ nodes, readFromMs }: ChainObservation, chainId: string): boolean {
  return nodes
    .filter((node) => isOnChain(node, chainId))
    .every(
      ({ status }) => status === undefined || (!isFresh(status, readFromMs) && status.height <= status.firstHeight),
    );
}

function isFresh({ catchingUp, blockTimeMs }: NodeStatus, nowMs: number): boolean {
  return !catchingUp && blockTimeMs !== undefined && nowMs - blockTimeMs <= FRESH_MS;
}

function isOnChain({ status }: ObservedNode, chainId: string): boolean {
  return status?.network === chainId;
}

function isSame(one: NodeReference, other: NodeReference): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}

function passMessage(height: number | undefined, head: number | undefined, { signs }: GateRules): string {
  return `It is back: at height ${height}, with the other nodes at ${head}${signs ? ', and its signature is in recent commits' : ''}.`;
}
