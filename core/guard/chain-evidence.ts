import type { NodeReference } from '../../api/node-reference.ts';
import { formatDuration } from '../../lib/go-duration.ts';
import { printable } from '../../lib/printable.ts';
import { agreedHead, agreeingOnHead } from './agreed-head.ts';
import type { ChainObservation, ChainSource, ChainValidator, NodeStatus, ObservedNode } from './chain-observation.ts';
import { finding, type GuardFinding } from './guard-finding.ts';
import { isSameNode } from './guard-situation.ts';
import { sourceConflict, sourceText } from './source-conflict.ts';

/** Largest age of the latest block of a source, in milliseconds. */
const FRESH_MS = 30_000;
/** How far the time of a block may be ahead of the clock, in milliseconds. */
const AHEAD_MS = 5_000;
/** Blocks of a chain without block times are older than any chain: they have the time 1970 or 0001. */
const OLDEST_BLOCK_MS = Date.UTC(2015, 0);
/** Signatures count that are in the commits of so many heights below that of the validators. */
const WINDOW = 10;
/** Least number of these commits. */
const LEAST_COMMITS = 5;
/** Largest age of the latest of these commits, in milliseconds: that of the block of a source, and time for slow blocks. */
const RECENT_MS = 2 * FRESH_MS;
/** How far the latest block of a source may be above the height of the validators. */
const NEAR_BLOCKS = 10;

/** What the sources agree on. */
export interface ChainEvidence {
  /** Height of the validators. */
  readonly height: number;
  /** The latest height that enough nodes have. */
  readonly head: number;
  /** Voting power by address. */
  readonly powers: ReadonlyMap<string, bigint>;
  /** Above 0. */
  readonly totalPower: bigint;
  /**
   * By address the time of the latest block in the window that it signed, in milliseconds since the epoch. 0: the time is
   * not known.
   */
  readonly signedAtMs: ReadonlyMap<string, number>;
  /** The next planned upgrade. */
  readonly upgrade: { readonly name: string; readonly height: number } | 'none';
  readonly sources: readonly ChainSource[];
}

export interface EvidenceRules {
  /** Nodes that do not count as sources: the target, and those that are down. */
  readonly excluded: readonly NodeReference[];
  readonly minSources: number;
  /** In milliseconds since the epoch. */
  readonly nowMs: number;
}

/** An observed node with a status. */
type Observer = ObservedNode & { readonly status: NodeStatus };

/** Whether the latest block of a node is new, and it has got another one between the two reads. */
export function isFresh({ blockTimeMs, firstHeight, height }: NodeStatus, nowMs: number): boolean {
  const ageMs = blockTimeMs === undefined ? Number.POSITIVE_INFINITY : nowMs - blockTimeMs;
  return height > firstHeight && ageMs <= FRESH_MS && ageMs >= -AHEAD_MS;
}

/** What is known of a chain, or the first reason why too little is known of it. */
export function chainEvidence(
  observation: ChainObservation,
  rules: EvidenceRules,
): { readonly evidence: ChainEvidence } | { readonly finding: GuardFinding } {
  const observers = observation.nodes.filter(isObserver(observation, rules));
  const fresh = observers.filter(({ status }) => isFresh(status, rules.nowMs));
  const sources = usableSources(observation, fresh);
  const problem =
    unsupported(observation, observers) ??
    halted(observation, observers, rules) ??
    sourceConflict(observation, sources) ??
    tooFewSources(observation, sources.length, rules);
  return problem === undefined ? agreedOn(observation, { fresh, sources, rules }) : { finding: problem };
}

function isObserver({ chainId }: ChainObservation, { excluded }: EvidenceRules) {
  return (node: ObservedNode): node is Observer =>
    node.status?.network === chainId && !node.status.catchingUp && !excluded.some((other) => isSameNode(node, other));
}

function usableSources({ sources }: ChainObservation, nodes: readonly NodeReference[]): ChainSource[] {
  return sources.filter((source) => isWhole(source.validators) && nodes.some((node) => isSameNode(node, source)));
}

/** A set in which an address occurs twice, or a power is not a number, is not known. */
function isWhole(validators: readonly ChainValidator[] | undefined): boolean {
  if (validators === undefined) return false;
  const addresses = new Set(validators.map(({ address }) => address));
  return addresses.size === validators.length && validators.every(({ power }) => /^\d{1,78}$/.test(power));
}

function unsupported(observation: ChainObservation, observers: readonly Observer[]): GuardFinding | undefined {
  const withoutTime = observers.filter(({ status }) => isBeforeChains(status.blockTimeMs) || status.blockHash === '');
  const withoutHash = observation.sources.filter(
    (source) =>
      observers.some((node) => isSameNode(node, source)) &&
      source.commits.some(({ hash, timeMs }) => hash === '' || isBeforeChains(timeMs)),
  );
  const [first] = [...withoutTime, ...withoutHash];
  if (first === undefined) return undefined;
  return finding('ConsensusUnsupported', 'noCommits', { chain: chainText(observation), sources: sourceText([first]) });
}

function isBeforeChains(timeMs: number | undefined): boolean {
  return timeMs !== undefined && timeMs < OLDEST_BLOCK_MS;
}

/** No node has a new block, and the latest block of all is old. */
function halted(
  observation: ChainObservation,
  observers: readonly Observer[],
  { minSources, nowMs }: EvidenceRules,
): GuardFinding | undefined {
  const times = observers.flatMap(({ status }) => status.blockTimeMs ?? []);
  const ageMs = nowMs - Math.max(...times);
  const isMoving = observers.some(({ status }) => status.height !== status.firstHeight);
  if (isMoving || times.length < minSources || ageMs <= FRESH_MS) return undefined;
  const head = Math.max(...observers.map(({ status }) => status.height));
  const values = { chain: chainText(observation), height: String(head) };
  const upgrade = nextUpgrade(observation.sources);
  if (typeof upgrade === 'object' && upgrade.height <= head + 1)
    return finding('HaltedForUpgrade', 'upgrade', { ...values, upgrade: printable(upgrade.name, 64) });
  return finding('ChainHalted', 'halted', { ...values, age: formatDuration(ageMs), sources: sourceText(observers) });
}

function tooFewSources(
  observation: ChainObservation,
  usable: number,
  { minSources }: EvidenceRules,
): GuardFinding | undefined {
  if (usable >= minSources && observation.height !== undefined) return undefined;
  return finding('ChainDataUnavailable', 'sources', {
    chain: chainText(observation),
    usable: String(usable),
    required: String(minSources),
  });
}

function agreedOn(
  observation: ChainObservation,
  {
    fresh,
    sources,
    rules,
  }: { readonly fresh: readonly Observer[]; readonly sources: readonly ChainSource[]; readonly rules: EvidenceRules },
): ReturnType<typeof chainEvidence> {
  const height = observation.height ?? 0;
  const values = { chain: chainText(observation), height: String(height) };
  const { readable, latestMs, signedAtMs } = signatures(sources, height, rules);
  if (readable < LEAST_COMMITS)
    return { finding: finding('ChainDataUnavailable', 'commits', { ...values, readable: String(readable) }) };
  const past =
    farBelowHead(observation, asked(fresh, sources), rules) ?? tooOld(observation, { latestMs, sources, rules });
  if (past !== undefined) return { finding: past };
  const powers = new Map(sources[0]?.validators?.map(({ address, power }) => [address, BigInt(power)]));
  const totalPower = [...powers.values()].reduce((sum, power) => sum + power, 0n);
  if (totalPower === 0n)
    return { finding: finding('ChainDataUnavailable', 'power', { ...values, sources: sourceText(sources) }) };
  const upgrade = nextUpgrade(sources);
  if (upgrade === undefined) return { finding: finding('ChainDataUnavailable', 'upgrade', values) };
  const heights = fresh.map(({ status }) => status.height);
  const head = Math.max(height, agreedHead(heights, agreeingOnHead(rules.minSources)) ?? height);
  return { evidence: { height, head, powers, totalPower, signedAtMs, upgrade, sources } };
}

function asked(fresh: readonly Observer[], sources: readonly ChainSource[]): Observer[] {
  return fresh.filter((node) => sources.some((source) => isSameNode(node, source)));
}

/**
 * Nodes answer at any height that they have, so that their answers agree also when they are asked who signed long ago. A
 * source whose own latest block is near says that they were not. At least two have to, where there are two: one of them
 * may be what the height was taken from.
 */
function farBelowHead(
  observation: ChainObservation,
  sources: readonly Observer[],
  { minSources }: EvidenceRules,
): GuardFinding | undefined {
  const height = observation.height ?? 0;
  const near = sources.filter(({ status }) => status.height <= height + NEAR_BLOCKS);
  if (near.length >= Math.min(agreeingOnHead(minSources), sources.length)) return undefined;
  const at = sources.map(({ namespace, name, status }) => ({ namespace, name: `${name} at ${status.height}` }));
  return finding('ChainDataUnavailable', 'heights', { chain: chainText(observation), sources: sourceText(at) });
}

/** @param latestMs - Time of the latest commit that counts. 0: not known. */
function tooOld(
  observation: ChainObservation,
  {
    latestMs,
    sources,
    rules,
  }: { readonly latestMs: number; readonly sources: readonly ChainSource[]; readonly rules: EvidenceRules },
): GuardFinding | undefined {
  if (rules.nowMs - latestMs <= RECENT_MS) return undefined;
  return finding('ChainDataUnavailable', 'times', {
    chain: chainText(observation),
    height: String(observation.height),
    age: formatDuration(RECENT_MS),
    sources: sourceText(sources),
  });
}

/** A commit counts when enough sources have it: one source alone could invent signatures. */
function signatures(sources: readonly ChainSource[], height: number, { minSources, nowMs }: EvidenceRules) {
  const heights = Array.from({ length: WINDOW }, (_, index) => height - WINDOW + index);
  const commits = heights
    .map((each) => sources.flatMap((source) => source.commits.find((commit) => commit.height === each) ?? []))
    .filter((seen) => seen.length >= minSources);
  const signedAtMs = new Map<string, number>();
  let latestMs = 0;
  for (const seen of commits) {
    // No source has to be believed that a block is newer than others say, or newer than a block can be.
    const timeMs = Math.min(...seen.map((commit) => commit.timeMs ?? 0));
    const signedMs = timeMs > nowMs + AHEAD_MS ? 0 : timeMs;
    latestMs = Math.max(latestMs, signedMs);
    for (const address of seen[0]?.signed ?? [])
      signedAtMs.set(address, Math.max(signedMs, signedAtMs.get(address) ?? 0));
  }
  return { readable: commits.length, latestMs, signedAtMs };
}

/** The earliest that any source reports. `undefined`: none reports whether there is one. */
function nextUpgrade(sources: readonly ChainSource[]): ChainEvidence['upgrade'] | undefined {
  const known = sources.flatMap(({ upgrade }) => upgrade ?? []);
  const planned = known.filter((upgrade) => upgrade !== 'none');
  return planned.toSorted((one, other) => one.height - other.height)[0] ?? (known.length > 0 ? 'none' : undefined);
}

export function chainText({ chainId }: Pick<ChainObservation, 'chainId'>): string {
  return printable(chainId, 64);
}
