import type { Sent } from '../knowledge.ts';
import type { ChainEvidence } from './chain-evidence.ts';
import type { ObservedNode } from './chain-observation.ts';
import { ADDRESS_OF_NO_KEY, isSameNode, type RecentRestart } from './guard-situation.ts';

/**
 * A restart whose end nobody saw counts as over so long after it was last watched, or sent, in milliseconds: longer than
 * the worst case of the sidecar.
 */
const UNWATCHED_MS = 600_000;

/**
 * With the addresses that were learnt since.
 *
 * @param cluster - Of the nodes.
 */
export function withAddresses(
  recent: readonly RecentRestart[],
  nodes: readonly ObservedNode[],
  cluster: string,
): RecentRestart[] {
  return recent.map((restart) => {
    const same = restart.cluster === cluster ? nodes.find((node) => isSameNode(node, restart)) : undefined;
    const address = restart.address ?? same?.status?.address;
    return address === undefined ? restart : { ...restart, address };
  });
}

/** The nodes of a cluster that are held down, or may be: also those of restarts whose cluster is not known. */
export function heldDownIn(cluster: string, recent: readonly RecentRestart[]): RecentRestart[] {
  return recent.filter((restart) => restart.cluster === undefined || restart.cluster === cluster);
}

/** What the workflow that sent a restart, or did not send it, says at its end. */
export interface RestartEnd {
  /** Id of the workflow. */
  readonly holder: string;
  readonly sent: Sent;
  /** In milliseconds since the epoch. */
  readonly endedAtMs: number;
  /** Whether the restart was seen to end. Unset: it was not, and its node may still go down. */
  readonly wasSeenToEnd?: boolean | undefined;
}

/** With the end of a task, or without its restart when it was not sent. */
export function withEnd(recent: readonly RecentRestart[], end: RestartEnd): RecentRestart[] {
  const { holder, sent, endedAtMs, wasSeenToEnd } = end;
  return recent.flatMap((restart) => {
    if (restart.holder !== holder) return [restart];
    // One that has ended is of an earlier part of the task, which may have been sent.
    if (sent === 'no') return restart.endedAtMs === undefined ? [] : [restart];
    // One that is held back again and again after it may have been sent does not count for longer each time.
    return [{ ...restart, endedAtMs: wasSeenToEnd ? endedAtMs : (restart.endedAtMs ?? endedAtMs + UNWATCHED_MS) }];
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
