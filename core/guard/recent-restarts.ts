import type { ChainEvidence } from './chain-evidence.ts';
import type { ObservedNode } from './chain-observation.ts';
import { ADDRESS_OF_NO_KEY, isSameNode, type RecentRestart } from './guard-situation.ts';

/**
 * A restart whose end nobody recorded counts as over so long after it was sent, in milliseconds: longer than the worst
 * case of the sidecar.
 */
const UNWATCHED_MS = 600_000;

/** With the addresses that were learnt since. */
export function withAddresses(recent: readonly RecentRestart[], nodes: readonly ObservedNode[]): RecentRestart[] {
  return recent.map((restart) => {
    const address = restart.address ?? nodes.find((node) => isSameNode(node, restart))?.status?.address;
    return address === undefined ? restart : { ...restart, address };
  });
}

/**
 * Restarts that still count: their validator has voting power and has not been seen to sign a block that is later than
 * the restart.
 *
 * @param recent - With addresses, as far as they are known: one without still counts.
 */
export function notSeenToSign(recent: readonly RecentRestart[], evidence: ChainEvidence): RecentRestart[] {
  return recent.filter(({ address, sentAtMs, endedAtMs }) => {
    if (address === undefined) return true;
    if (address === ADDRESS_OF_NO_KEY || !evidence.powers.has(address)) return false;
    return (evidence.signedAtMs.get(address) ?? 0) <= (endedAtMs ?? sentAtMs + UNWATCHED_MS);
  });
}
