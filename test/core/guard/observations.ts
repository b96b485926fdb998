import type {
  ChainCommit,
  ChainObservation,
  ChainSource,
  NodeStatus,
  ObservedNode,
} from '../../../core/guard/chain-observation.ts';
import { decideGuard, type GuardDecision } from '../../../core/guard/decide-guard.ts';
import type { GuardSettings, GuardSituation } from '../../../core/guard/guard-situation.ts';

export const CHAIN = 'pacific-1';
export const CLUSTER = 'cluster-1';
export const NOW_MS = Date.UTC(2026, 0, 1);
export const HEIGHT = 1_000;
/** Between two blocks, in milliseconds. */
export const BLOCK_MS = 400;

/** The address of a validator, by its index. */
export function addressOf(index: number): string {
  return index.toString(16).toUpperCase().padStart(40, '0');
}

/** A node that has the latest block. */
export function node(name: string, status: Partial<NodeStatus> = {}, rest: Partial<ObservedNode> = {}): ObservedNode {
  return { namespace: CHAIN, name, role: 'validator', phase: 'Running', status: { ...STATUS, ...status }, ...rest };
}

const STATUS: NodeStatus = {
  network: CHAIN,
  catchingUp: false,
  firstHeight: HEIGHT - 2,
  height: HEIGHT,
  blockTimeMs: NOW_MS - 500,
  betweenReadsMs: 1_000,
};

/** The commits of the last 10 heights, all with the same signatures. */
export function commitsOf(signed: readonly string[]): ChainCommit[] {
  return Array.from({ length: 10 }, (_, index) => ({
    height: HEIGHT - 10 + index,
    timeMs: NOW_MS - (10 - index) * BLOCK_MS,
    hash: `hash-${HEIGHT - 10 + index}`,
    signed,
  }));
}

export interface ChainOptions {
  readonly powers: readonly (bigint | number)[];
  /** Indexes of validators that sign nothing. Default: none. */
  readonly silent?: readonly number[];
  /** Default: the first validator is the target. */
  readonly nodes?: readonly ObservedNode[];
}

/** A chain with one node for each validator, `validator-0` and so on, each of which is a source. */
export function chainOf({ powers, silent = [], nodes }: ChainOptions): ChainObservation {
  const all = nodes ?? powers.map((_, index) => node(`validator-${index}`, { address: addressOf(index) }));
  const validators = powers.map((power, index) => ({ address: addressOf(index), power: String(power) }));
  const signed = powers.map((_, index) => addressOf(index)).filter((_, index) => !silent.includes(index));
  return {
    chainId: CHAIN,
    readFromMs: NOW_MS - 100,
    nodes: all,
    height: HEIGHT,
    sources: all.map(({ namespace, name }) => ({
      namespace,
      name,
      validators,
      commits: commitsOf(signed),
      upgrade: 'none',
    })),
  };
}

/** With a change of the source of a name. */
export function withSource(
  observation: ChainObservation,
  name: string,
  change: Partial<ChainSource>,
): ChainObservation {
  const sources = observation.sources.map((source) => (source.name === name ? { ...source, ...change } : source));
  return { ...observation, sources };
}

/** With a change of every source. */
export function withSources(observation: ChainObservation, change: Partial<ChainSource>): ChainObservation {
  return { ...observation, sources: observation.sources.map((source) => ({ ...source, ...change })) };
}

/** With a change of the status of every node, or of those with a name. */
export function withStatus(
  observation: ChainObservation,
  change: Partial<NodeStatus>,
  names?: readonly string[],
): ChainObservation {
  const nodes = observation.nodes.map((each) =>
    each.status === undefined || names?.includes(each.name) === false
      ? each
      : { ...each, status: { ...each.status, ...change } },
  );
  return { ...observation, nodes };
}

/** The target's RPC does not answer. */
export function withoutStatus({ namespace, name, role, phase }: ObservedNode): ObservedNode {
  return { namespace, name, role, phase };
}

export function situationOf(name = 'validator-0', rest: Partial<GuardSituation> = {}): GuardSituation {
  return {
    target: { namespace: CHAIN, name, chainId: CHAIN, role: 'validator', isPaused: false, isUpdating: false },
    cluster: CLUSTER,
    recent: [],
    permittedAtMs: NOW_MS - 1_000,
    ...rest,
  };
}

export const settings: GuardSettings = { minSources: 2, overridden: [] };

/** What the guard decides of `validator-0`, unless the situation has another target. */
export function decide(
  observation: ChainObservation,
  situation: Partial<GuardSituation> = {},
  rest: Partial<GuardSettings> = {},
): GuardDecision {
  return decideGuard(observation, { ...situationOf(), ...situation }, { ...settings, ...rest }, NOW_MS);
}
