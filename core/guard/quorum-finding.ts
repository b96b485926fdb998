import { nodeText } from '../../api/node-reference.ts';
import { printable } from '../../lib/printable.ts';
import type { ChainEvidence } from './chain-evidence.ts';
import type { ChainObservation } from './chain-observation.ts';
import { finding, type GuardFinding } from './guard-finding.ts';
import type { GuardTarget } from './guard-situation.ts';
import { isAbovePercent, isThirdOrMore, type QuorumRisk } from './quorum-risk.ts';

/** Addresses in a message. */
const NAMED = 3;

export interface QuorumCase {
  readonly observation: ChainObservation;
  readonly target: GuardTarget;
  readonly evidence: ChainEvidence;
  /** Unset: the target has no voting power. */
  readonly risk: QuorumRisk | undefined;
  /** Unset: what is below a third. */
  readonly maxDownPercent: number | undefined;
}

/** Whether too much voting power would be down: then how much, and whether that can ever change. */
export function quorumFinding({
  observation,
  target,
  evidence: { height, totalPower },
  risk,
  maxDownPercent,
}: QuorumCase): GuardFinding | undefined {
  if (risk === undefined) return undefined;
  const { power, targetPower } = risk;
  const values = {
    node: nodeText(target),
    chain: printable(observation.chainId, 64),
    total: String(totalPower),
    height: String(height),
    risk: String(power),
    power: String(targetPower),
    percent: String(maxDownPercent),
    others: othersText(risk),
  };
  const percent = isAbovePercent(targetPower, totalPower, maxDownPercent);
  if (isThirdOrMore(targetPower, totalPower))
    return { ...finding('QuorumAtRisk', 'impossibleThird', values), isImpossible: true };
  if (percent) return { ...finding('QuorumAtRisk', 'impossiblePercent', values), isImpossible: true };
  if (isThirdOrMore(power, totalPower)) return finding('QuorumAtRisk', 'third', values);
  return isAbovePercent(power, totalPower, maxDownPercent) ? finding('QuorumAtRisk', 'percent', values) : undefined;
}

function othersText({ others }: QuorumRisk): string {
  if (others.length === 0) return 'All other validators sign.';
  const more = others.length - NAMED;
  const names = `${others.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return `Other validators that do not sign or were restarted just now: ${names}. Check their nodes.`;
}
