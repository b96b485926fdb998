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
/** A planned upgrade so many blocks away, or fewer, holds validators back. */
export const UPGRADE_MARGIN_BLOCKS = 1_500;
/** How far the latest block of a source may be above the height of the validators. */
const NEAR_BLOCKS = 10;

type PlannedUpgrade = Exclude<NonNullable<ChainSource['upgrade']>, 'none'>;

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
  /** The next planned upgrade, at the head or above. */
  readonly upgrade: PlannedUpgrade | 'none';
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
  const heights = observers.map(({ status }) => status.height);
  const head = agreedHead(heights, agreeingOnHead(minSources)) ?? Math.max(...heights);
  const values = { chain: chainText(observation), height: String(head) };
  const upgrade = nextUpgrade(observation.sources, head);
  // A node stops in the block of the upgrade, which it may or may not have stored. Others may have stopped before it.
  const isReached = heights.some((height) => height === upgrade?.height || height + 1 === upgrade?.height);
  if (upgrade !== undefined && isReached && upgrade.height <= head + NEAR_BLOCKS)
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

interface Usable {
  readonly fresh: readonly Observer[];
  /** Of fresh nodes, with validators. */
  readonly sources: readonly ChainSource[];
  readonly rules: EvidenceRules;
}

function agreedOn(observation: ChainObservation, usable: Usable): ReturnType<typeof chainEvidence> {
  const { sources, rules } = usable;
  const height = observation.height ?? 0;
  const { readable, latestMs, signedAtMs } = signatures(sources, height, rules);
  const powers = new Map(sources[0]?.validators?.map(({ address, power }) => [address, BigInt(power)]));
  const totalPower = [...powers.values()].reduce((sum, power) => sum + power, 0n);
  const head = headOf(height, usable);
  const upgrade = nextUpgrade(sources, head);
  const problem =
    tooFewCommits(observation, readable) ??
    farBelowHead(observation, usable) ??
    tooOld(observation, { latestMs, ...usable }) ??
    noPower(observation, { totalPower, ...usable }) ??
    upgradesUnknown(observation, { upgrade, head, ...usable });
  if (problem !== undefined) return { finding: problem };
  return { evidence: { height, head, powers, totalPower, signedAtMs, upgrade: upgrade ?? 'none', sources } };
}

function headOf(height: number, { fresh, rules }: Usable): number {
  const heights = fresh.map(({ status }) => status.height);
  return Math.max(height, agreedHead(heights, agreeingOnHead(rules.minSources)) ?? height);
}

/** @param readable - Commits that enough sources have. */
function tooFewCommits(observation: ChainObservation, readable: number): GuardFinding | undefined {
  if (readable >= LEAST_COMMITS) return undefined;
  const values = { chain: chainText(observation), height: String(observation.height), readable: String(readable) };
  return finding('ChainDataUnavailable', 'commits', values);
}

/**
 * Nodes answer at any height that they have, so that their answers agree also when they are asked who signed long ago. A
 * source whose own latest block is near says that they were not. Two have to, where there are two: one of them may be what
 * the height was taken from.
 */
function farBelowHead(observation: ChainObservation, { fresh, sources }: Usable): GuardFinding | undefined {
  const height = observation.height ?? 0;
  const asked = fresh.filter((node) => sources.some((source) => isSameNode(node, source)));
  const near = asked.filter(({ status }) => status.height <= height + NEAR_BLOCKS);
  if (near.length >= Math.min(2, asked.length)) return undefined;
  const at = asked.map(({ namespace, name, status }) => ({ namespace, name: `${name} at ${status.height}` }));
  return finding('ChainDataUnavailable', 'heights', { chain: chainText(observation), sources: sourceText(at) });
}

/** @param latestMs - Time of the latest commit that counts. 0: not known. */
function tooOld(
  observation: ChainObservation,
  { latestMs, sources, rules }: Usable & { readonly latestMs: number },
): GuardFinding | undefined {
  if (rules.nowMs - latestMs <= RECENT_MS) return undefined;
  return finding('ChainDataUnavailable', 'times', {
    chain: chainText(observation),
    height: String(observation.height),
    age: formatDuration(RECENT_MS),
    sources: sourceText(sources),
  });
}

function noPower(
  observation: ChainObservation,
  { totalPower, sources }: Usable & { readonly totalPower: bigint },
): GuardFinding | undefined {
  if (totalPower > 0n) return undefined;
  return finding('ChainDataUnavailable', 'power', {
    chain: chainText(observation),
    height: String(observation.height),
    sources: sourceText(sources),
  });
}

/** One source alone does not say that no upgrade is planned, or that the next one is far away. */
function upgradesUnknown(
  observation: ChainObservation,
  {
    upgrade: next,
    head,
    sources,
    rules,
  }: Usable & {
    readonly upgrade: PlannedUpgrade | undefined;
    readonly head: number;
  },
): GuardFinding | undefined {
  const reporting = sources.filter(({ upgrade }) => upgrade !== undefined).length;
  const isNear = next !== undefined && next.height - head <= UPGRADE_MARGIN_BLOCKS;
  if (isNear || reporting >= rules.minSources) return undefined;
  return finding('ChainDataUnavailable', 'upgrade', {
    chain: chainText(observation),
    reporting: String(reporting),
    required: String(rules.minSources),
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

/**
 * The earliest that any source reports, of those that the chain has not passed: a source that still reports an earlier
 * one hides no other.
 */
function nextUpgrade(sources: readonly ChainSource[], head: number): PlannedUpgrade | undefined {
  return sources
    .flatMap(({ upgrade }) => (upgrade === undefined || upgrade === 'none' ? [] : [upgrade]))
    .filter(({ height }) => height >= head)
    .toSorted((one, other) => one.height - other.height)[0];
}

export function chainText({ chainId }: Pick<ChainObservation, 'chainId'>): string {
  return printable(chainId, 64);
}
