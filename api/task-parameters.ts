import type { Payload } from './payloads.ts';
import type { SeiNode } from './sei-node.ts';

/** Key that the Go controller assumes when a SeiNode has an operator keyring without a key name (contract §1.5). */
const DEFAULT_OPERATOR_KEY = 'node_admin';
/** Key that is used when neither the payload nor the SeiNode names one (contract §1.5). */
const FALLBACK_KEY = 'validator';

export type TaskParameters = Readonly<Record<string, unknown>>;

export function heightParameters(payload: Payload<'awaitNodesAtHeight'>): TaskParameters {
  return { condition: 'height', targetHeight: payload.targetHeight };
}

export function conditionParameters(payload: Payload<'awaitCondition'>): TaskParameters | undefined {
  if (payload.height === undefined) return undefined;
  return {
    ...heightParameters(payload.height),
    ...(payload.action === undefined ? {} : { action: payload.action }),
  };
}

/** Parameters of a governance transaction: the payload with `keyName` resolved, unset and empty optionals left out. */
export function govParameters(payload: { keyName?: string | undefined }, node: SeiNode): TaskParameters {
  const present = Object.entries(payload).filter(([, value]) => value !== undefined && value !== '');
  return { ...Object.fromEntries(present), keyName: payload.keyName ?? operatorKey(node) };
}

function operatorKey(node: SeiNode): string {
  const secret = node.spec.validator?.operatorKeyring?.secret;
  return secret === undefined ? FALLBACK_KEY : (secret.keyName ?? DEFAULT_OPERATOR_KEY);
}

/**
 * Parameters of `discover-peers`, built from the target's `spec.peers`.
 *
 * @returns `undefined` when no source is usable: an empty list would wipe the node's peers.
 */
export function peerParameters(node: SeiNode): TaskParameters | undefined {
  const resolvedPeers = node.status?.resolvedPeers ?? [];
  const sources = (node.spec.peers ?? []).flatMap((peer): TaskParameters[] => {
    if (peer.ec2Tags) return [{ type: 'ec2Tags', ...peer.ec2Tags }];
    if (peer.static) return [{ type: 'static', addresses: peer.static.addresses }];
    return peer.label && resolvedPeers.length > 0 ? [{ type: 'static', addresses: resolvedPeers }] : [];
  });
  return sources.length > 0 ? { sources } : undefined;
}
