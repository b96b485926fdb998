import { nodeText } from '../../api/node-reference.ts';
import { printable } from '../../lib/printable.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { ObservedNode } from './chain-observation.ts';
import { finding, type GuardFinding } from './guard-finding.ts';
import { ADDRESS_OF_NO_KEY, type GuardTarget } from './guard-situation.ts';

/** seid that is started again within this time is delayed by the kubelet, in milliseconds. */
const BACKOFF_MS = 600_000;

/** What the SeiNode says against taking it down, whatever its chain does. */
export function targetFindings(target: GuardTarget): GuardFinding[] {
  const node = nodeText(target);
  return [
    ...(target.isPaused ? [finding('NodePaused', 'paused', { node })] : []),
    ...(target.isUpdating ? [finding('NodeUpdating', 'updating', { node })] : []),
    ...(target.heldBy === undefined ? [] : [finding('NodeHeldByWorkflow', 'held', { node, workflow: target.heldBy })]),
  ];
}

/** @param chainId - Of the chain that was read. @param observed - The target, as far as it was observed. */
export function chainIdMismatch(
  target: GuardTarget,
  chainId: string,
  observed: ObservedNode | undefined,
): GuardFinding | undefined {
  const node = nodeText(target);
  if (target.chainId === undefined || target.chainId === '') return finding('ChainIdMismatch', 'unset', { node });
  const network = target.chainId === chainId ? (observed?.status?.network ?? chainId) : chainId;
  if (network === target.chainId) return undefined;
  return finding('ChainIdMismatch', 'otherNetwork', {
    node,
    chain: printable(target.chainId, 64),
    network: printable(network, 64),
  });
}

/** @param lastRestartMs - In milliseconds since the epoch. Unset: none is known. */
export function restartedRecently(
  target: GuardTarget,
  lastRestartMs: number | undefined,
  nowMs: number,
): GuardFinding | undefined {
  if (lastRestartMs === undefined) return undefined;
  const sinceMs = Math.min(lastRestartMs, nowMs);
  const untilMs = sinceMs + BACKOFF_MS;
  if (untilMs <= nowMs) return undefined;
  return finding('RestartedRecently', 'recently', {
    node: nodeText(target),
    since: timestamp(sinceMs),
    until: timestamp(untilMs),
  });
}

/**
 * Whether a node may have voting power, before the validators are known. Without a validator key it has none; a node
 * that does not report its address has what its role says.
 */
export function mayHaveKey(role: ObservedNode['role'], address: string | undefined): boolean {
  return address === undefined ? role === 'validator' || role === 'unknown' : address !== ADDRESS_OF_NO_KEY;
}
