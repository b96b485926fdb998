import { isFresh, type ChainEvidence } from './chain-evidence.ts';
import type { ChainObservation, ObservedNode } from './chain-observation.ts';
import { isSameNode, type GuardTarget, type RecentRestart } from './guard-situation.ts';
import { heldDownIn } from './recent-restarts.ts';

/** Voting power that is down while the target is. */
export interface QuorumRisk {
  /** All of it, the target's included. */
  readonly power: bigint;
  /** What the target adds at most: 0 when another healthy node has its key. */
  readonly targetPower: bigint;
  /** Addresses that do not sign or are held down, without the target; the largest power first. */
  readonly others: readonly string[];
}

export interface RiskInputs {
  readonly observation: ChainObservation;
  readonly evidence: ChainEvidence;
  readonly target: GuardTarget;
  /** Of the target, and of all nodes that were observed. */
  readonly cluster: string;
  /** Address of the target, which has voting power. */
  readonly address: string;
  /** Those that still count, all with addresses. */
  readonly recent: readonly RecentRestart[];
  /** In milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Adds up who did not sign, who is held down, and the target. Several nodes with one key are one validator. */
export function quorumRisk(inputs: RiskInputs): QuorumRisk {
  const { evidence, address, recent } = inputs;
  const { powers, signedAtMs } = evidence;
  const healthy = healthyAddresses(inputs);
  const notSigning = [...powers.keys()].filter((each) => !signedAtMs.has(each));
  const heldDown = recent.flatMap((restart) => restart.address ?? []).filter((each) => !healthy.has(each));
  const down = new Set([...notSigning, ...heldDown]);
  const powerOf = (each: string): bigint => powers.get(each) ?? 0n;
  const targetPower = healthy.has(address) ? 0n : powerOf(address);
  const others = [...down].filter((each) => each !== address && powers.has(each));
  if (targetPower > 0n) down.add(address);
  return {
    power: [...down].reduce((sum, each) => sum + powerOf(each), 0n),
    targetPower,
    others: others.toSorted((one, other) => byPower(powerOf(other), powerOf(one)) || (one < other ? -1 : 1)),
  };
}

/** Addresses of nodes that sign in place of the target: it is down, and so is what was restarted and does not sign. */
function healthyAddresses({ observation, target, cluster, recent, nowMs }: RiskInputs): ReadonlySet<string> {
  const down = [target, ...heldDownIn(cluster, recent)];
  const isDown = (node: ObservedNode): boolean => down.some((other) => isSameNode(node, other));
  const isHealthy = ({ phase, status }: ObservedNode): boolean =>
    phase === 'Running' && status?.network === observation.chainId && !status.catchingUp && isFresh(status, nowMs);
  return new Set(
    observation.nodes.filter((node) => !isDown(node) && isHealthy(node)).flatMap(({ status }) => status?.address ?? []),
  );
}

function byPower(one: bigint, other: bigint): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Whether power that is down stops the chain: strictly less than a third must be down. */
export function isThirdOrMore(power: bigint, totalPower: bigint): boolean {
  return 3n * power >= totalPower;
}

/** @param percent - Unset: no limit below a third. */
export function isAbovePercent(power: bigint, totalPower: bigint, percent: number | undefined): boolean {
  return percent !== undefined && 100n * power > BigInt(percent) * totalPower;
}
