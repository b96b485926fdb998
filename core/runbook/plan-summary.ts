import type { GuardNumbers } from '../guard/decide-guard.ts';
import type { PlanLine } from './plan-runbook.ts';

/** Nodes that a sentence names. */
const NAMED = 5;

/** A plan in one text: what can be restarted now, what can never pass, and how close the way comes to a third. */
export function planSummary(lines: readonly PlanLine[]): string {
  const allowed = lines.filter(({ numbers }) => isAllowed(numbers)).length;
  const impossible = lines.filter(({ isImpossible }) => isImpossible);
  return [
    `The plan has ${lines.length} nodes; the guard would allow ${allowed} of them now.`,
    ...marginSentence(lines),
    ...(impossible.length === 0 ? [] : [`${namesOf(impossible)} can never pass. ${impossible[0]?.message ?? ''}`]),
  ].join(' ');
}

/** Power that could still fail before a third is down, with the node down that comes closest. */
function marginSentence(lines: readonly PlanLine[]): string[] {
  const margins = lines.flatMap(({ node, numbers }) => {
    const margin = marginOf(numbers);
    return margin === undefined ? [] : [{ node, margin, total: numbers.totalPower ?? '' }];
  });
  const lowest = margins.toSorted((one, other) => (one.margin < other.margin ? -1 : 1))[0];
  if (lowest === undefined) return [];
  const { node, margin, total } = lowest;
  return margin > 0n
    ? [`The lowest margin to a third of the voting power is ${margin} of ${total}, with ${node} down.`]
    : [`With ${node} down a third or more of the voting power (${total}) would be down.`];
}

/** Power that is missing to a third, rounded up: above 0 if it may be down. Unset: not known, or the node has none. */
function marginOf({ totalPower, riskPower }: GuardNumbers): bigint | undefined {
  if (totalPower === undefined || riskPower === undefined) return undefined;
  const third = (BigInt(totalPower) + 2n) / 3n;
  return third - BigInt(riskPower);
}

function isAllowed({ verdict }: GuardNumbers): boolean {
  return verdict === 'Allowed' || verdict === 'NotAValidator';
}

function namesOf(lines: readonly PlanLine[]): string {
  const names = lines.slice(0, NAMED).map(({ node }) => node);
  return [...names, ...(lines.length > NAMED ? [`${lines.length - NAMED} more`] : [])].join(', ');
}
