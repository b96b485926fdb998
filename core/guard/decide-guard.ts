import { guardVerdicts, type GuardVerdictName } from '../../api/guard-verdicts.ts';
import { nodeText, type NodeReference } from '../../api/node-reference.ts';
import { chainRestartsIdOf } from '../../api/temporal/permit-id.ts';
import { present } from '../../lib/present.ts';
import { printable } from '../../lib/printable.ts';
import { chainEvidence, chainText, UPGRADE_MARGIN_BLOCKS, type ChainEvidence } from './chain-evidence.ts';
import type { ChainObservation, ObservedNode } from './chain-observation.ts';
import { finding, guardMessage, type GuardFinding } from './guard-finding.ts';
import { isSameNode, type GuardSettings, type GuardSituation, type RecentRestart } from './guard-situation.ts';
import { quorumFinding } from './quorum-finding.ts';
import { quorumRisk, type QuorumRisk } from './quorum-risk.ts';
import { heldDownIn, notSeenToSign, withAddresses } from './recent-restarts.ts';
import { chainIdMismatch, mayHaveKey, restartedRecently, targetFindings } from './target-findings.ts';

/** Addresses in the numbers. */
const LISTED = 10;

/** What an evaluation came to, for messages, heartbeats and histories. Powers are decimal strings. */
export interface GuardNumbers {
  readonly verdict: GuardVerdictName;
  readonly height?: string;
  readonly totalPower?: string;
  /** Power that is down while the target is. */
  readonly riskPower?: string;
  /** Addresses of it without the target's, the largest powers first: at most 10. */
  readonly absent?: readonly string[];
  readonly absentCount?: number;
  /** `namespace/name` of the sources that agree. */
  readonly sources?: readonly string[];
}

export interface GuardDecision {
  readonly verdict: GuardVerdictName;
  readonly isAllowed: boolean;
  readonly message: string;
  /** Whether it can never pass without an override or another setting. */
  readonly isImpossible: boolean;
  /** Findings that an override passes over. */
  readonly passedOver: readonly GuardFinding[];
  readonly numbers: GuardNumbers;
  /** Restarts that still count as down. */
  readonly recent: readonly RecentRestart[];
  /** Whether the target has voting power, or may have: then it needs the permit of its chain. */
  readonly mayHavePower: boolean;
  /** Of the target's validator key. Unset: not known. */
  readonly address?: string;
}

interface Case {
  readonly observation: ChainObservation;
  readonly situation: GuardSituation;
  readonly settings: GuardSettings;
  readonly nowMs: number;
  readonly observed: ObservedNode | undefined;
  readonly address: string | undefined;
  readonly recent: readonly RecentRestart[];
  readonly chain: { readonly evidence: ChainEvidence } | { readonly finding: GuardFinding };
  readonly mayHavePower: boolean;
  readonly risk: QuorumRisk | undefined;
}

/**
 * Whether a node may be taken down. Decides from what was read, never from what is likely: whatever is not known of a
 * validator's chain makes it wait.
 *
 * @param nowMs - In milliseconds since the epoch, by the clock that `situation` is measured with.
 */
export function decideGuard(
  observation: ChainObservation,
  situation: GuardSituation,
  settings: GuardSettings,
  nowMs: number,
): GuardDecision {
  const whole = caseOf(observation, situation, settings, nowMs);
  const passedOver: GuardFinding[] = [];
  const found = findings(whole);
  for (let next = found.next(); ; next = found.next()) {
    if (next.done) return decision(whole, { verdict: next.value, passedOver });
    if (!settings.overridden.includes(next.value.verdict))
      return decision(whole, { verdict: next.value.verdict, finding: next.value, passedOver });
    passedOver.push(next.value);
  }
}

function caseOf(
  observation: ChainObservation,
  situation: GuardSituation,
  settings: GuardSettings,
  nowMs: number,
): Case {
  const { target, cluster } = situation;
  const observed = observation.nodes.find((node) => isSameNode(node, target));
  const known = withAddresses(situation.recent, observation.nodes, cluster);
  const earlier = known.find((restart) => restart.cluster === cluster && isSameNode(restart, target));
  const address = observed?.status?.address ?? earlier?.address;
  const { recent, chain } = chainOf(observation, { situation, known, minSources: settings.minSources, nowMs });
  const evidence = 'evidence' in chain ? chain.evidence : undefined;
  const mayHavePower = mayHaveKey(target.role, address) && hasPower(evidence, address);
  const risk =
    evidence === undefined || address === undefined || !mayHavePower
      ? undefined
      : quorumRisk({ observation, evidence, target, cluster, address, recent, nowMs });
  return { observation, situation, settings, nowMs, observed, address, recent, chain, mayHavePower, risk };
}

/** What is not known counts as power. */
function hasPower(evidence: ChainEvidence | undefined, address: string | undefined): boolean {
  return evidence === undefined || address === undefined || (evidence.powers.get(address) ?? 0n) > 0n;
}

/**
 * First with every other node as a source, also those that were restarted: their answers show who signs again. Then
 * without the ones that still do not.
 */
function chainOf(
  observation: ChainObservation,
  {
    situation,
    known,
    minSources,
    nowMs,
  }: {
    readonly situation: GuardSituation;
    readonly known: readonly RecentRestart[];
    readonly minSources: number;
    readonly nowMs: number;
  },
): Pick<Case, 'recent' | 'chain'> {
  if (observation.readFromMs < situation.permittedAtMs)
    return {
      recent: known,
      chain: { finding: finding('ChainDataUnavailable', 'old', { chain: chainText(observation) }) },
    };
  if (observation.problem !== undefined) {
    const values = { chain: chainText(observation), problem: printable(observation.problem) };
    return { recent: known, chain: { finding: finding('ChainDataUnavailable', 'unread', values) } };
  }
  const { target, cluster } = situation;
  const first = chainEvidence(observation, { excluded: [target], minSources, nowMs });
  if ('finding' in first) return { recent: known, chain: first };
  const recent = notSeenToSign(known, first.evidence);
  if (recent.length === 0) return { recent, chain: first };
  const excluded = [target, ...heldDownIn(cluster, recent)];
  return { recent, chain: chainEvidence(observation, { excluded, minSources, nowMs }) };
}

/** In the order in which they are reported. Returns the verdict when none of them holds the task. */
function* findings(whole: Case): Generator<GuardFinding, GuardVerdictName> {
  const { observation, situation, chain, mayHavePower, nowMs } = whole;
  yield* targetFindings(situation.target);
  yield* optional(chainIdMismatch(situation.target, observation.chainId, whole.observed));
  if ('finding' in chain) {
    if (!mayHavePower && isUnknown(chain.finding)) return 'NotAValidator';
    yield chain.finding;
    // What follows needs to know the chain, and a chain that has stopped has no quorum to lose.
    yield* optional(restartedRecently(situation.target, situation.lastRestartMs, nowMs));
    return 'Allowed';
  }
  yield* unknownAddresses(whole);
  if (!mayHavePower) return 'NotAValidator';
  yield* optional(catchingUp(whole));
  yield* optional(nearUpgrade(whole, chain.evidence));
  yield* optional(restartedRecently(situation.target, situation.lastRestartMs, nowMs));
  yield* optional(quorumFinding({ ...whole, ...situation, ...settingsOf(whole), evidence: chain.evidence }));
  return 'Allowed';
}

function settingsOf({ settings }: Case) {
  return { maxDownPercent: settings.maxDownPercent };
}

function optional(found: GuardFinding | undefined): GuardFinding[] {
  return found === undefined ? [] : [found];
}

/** Verdicts that say that something is not known, rather than what is wrong. */
function isUnknown({ verdict }: GuardFinding): boolean {
  return verdict === 'ConsensusUnsupported' || verdict === 'SourcesDisagree' || verdict === 'ChainDataUnavailable';
}

function unknownAddresses({ observation, mayHavePower, address, situation, recent }: Case): GuardFinding[] {
  if (!mayHavePower) return [];
  if (address === undefined) return [finding('ChainDataUnavailable', 'target', { node: nodeText(situation.target) })];
  const other = recent.find((restart) => restart.address === undefined);
  if (other === undefined) return [];
  const values = { other: nodeText(other) };
  if (!isGone(observation, other)) return [finding('ChainDataUnavailable', 'restarted', values)];
  const chain = chainText(observation);
  return [finding('ChainDataUnavailable', 'gone', { ...values, chain, record: chainRestartsIdOf(chain) })];
}

/** Whether it would be among the nodes of the chain if it existed, and is not. */
function isGone({ nodes, onlyNamespace }: ChainObservation, other: NodeReference): boolean {
  const isListed = onlyNamespace === undefined || onlyNamespace === other.namespace;
  return isListed && !nodes.some((node) => isSameNode(node, other));
}

function catchingUp({ observed, situation }: Case): GuardFinding | undefined {
  return observed?.status?.catchingUp
    ? finding('CatchingUp', 'catchingUp', { node: nodeText(situation.target) })
    : undefined;
}

function nearUpgrade({ observation }: Case, { upgrade, head }: ChainEvidence): GuardFinding | undefined {
  if (upgrade === 'none') return undefined;
  const blocks = upgrade.height - head;
  if (blocks > UPGRADE_MARGIN_BLOCKS) return undefined;
  return finding('NearUpgradeHeight', 'near', {
    chain: chainText(observation),
    upgrade: printable(upgrade.name, 64),
    blocks: String(blocks),
  });
}

function decision(
  whole: Case,
  result: {
    readonly verdict: GuardVerdictName;
    readonly finding?: GuardFinding;
    readonly passedOver: readonly GuardFinding[];
  },
): GuardDecision {
  const { recent, mayHavePower, address } = whole;
  const { verdict, passedOver } = result;
  return {
    verdict,
    isAllowed: guardVerdicts[verdict].allows,
    message: result.finding?.message ?? allowedMessage(whole, result),
    isImpossible: result.finding?.isImpossible ?? false,
    passedOver,
    numbers: numbersOf(whole, verdict),
    recent,
    mayHavePower,
    ...present({ address }),
  };
}

function allowedMessage(
  { observation, situation, risk, chain }: Case,
  { verdict, passedOver }: Parameters<typeof decision>[1],
): string {
  const node = nodeText(situation.target);
  if (verdict === 'NotAValidator')
    return guardMessage('NotAValidator', 'noPower', { node, chain: chainText(observation) });
  if (passedOver.length > 0 || risk === undefined || !('evidence' in chain))
    return guardMessage('Allowed', 'overridden', { node });
  const { height, totalPower } = chain.evidence;
  return guardMessage('Allowed', 'quorum', {
    node,
    chain: chainText(observation),
    risk: String(risk.power),
    total: String(totalPower),
    height: String(height),
  });
}

function numbersOf({ observation, chain, risk }: Case, verdict: GuardVerdictName): GuardNumbers {
  if (!('evidence' in chain)) return { verdict, ...present({ height: heightText(observation) }) };
  const { height, totalPower, sources } = chain.evidence;
  return {
    verdict,
    height: String(height),
    totalPower: String(totalPower),
    ...present({
      riskPower: risk && String(risk.power),
      absent: risk?.others.slice(0, LISTED),
      absentCount: risk?.others.length,
    }),
    sources: sources.map(({ namespace, name }) => `${namespace}/${name}`),
  };
}

function heightText({ height }: ChainObservation): string | undefined {
  return height === undefined ? undefined : String(height);
}
