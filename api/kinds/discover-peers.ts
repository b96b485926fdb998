import { nodeText } from '../node-reference.ts';
import type { SeiNode } from '../sei-node.ts';
import { defineKind, type TaskParameters } from './kind-definition.ts';

export const DiscoverPeers = defineKind({
  description: "Writes the SeiNode's peers into config.toml; a RestartSeid makes seid read it.",
  payload: ({ z }) => z.object({}),
  example: {},
  sidecarTask: 'discover-peers',
  defaultTimeoutSeconds: 120,
  creatorVerb: 'none',
  changesNode: true,
  endsWith: 'report',
  outputs: {},
  buildParameters: (_payload, node) => peerParameters(node),
  nothingToSend: {
    field: "The SeiNode's spec.peers",
    problem: 'gives no source of peers, and an empty list would wipe those that the node has',
  },
  step: 'DiscoveringPeers',
  work: 'the update of the peers',
  working: ({ node }) => `The sidecar of ${nodeText(node)} writes the peers to config.toml.`,
  complete: ({ node }) =>
    `The sidecar of ${nodeText(node)} wrote the peers to config.toml. Follow with RestartSeid, which makes seid read them.`,
});

/**
 * Parameters of `discover-peers`, built from the target's `spec.peers`.
 *
 * @returns `undefined` when no source is usable: an empty list would wipe the node's peers.
 */
function peerParameters(node: SeiNode): TaskParameters | undefined {
  const resolvedPeers = node.status?.resolvedPeers ?? [];
  const sources = (node.spec.peers ?? []).flatMap((peer): TaskParameters[] => {
    if (peer.ec2Tags) return [{ type: 'ec2Tags', ...peer.ec2Tags }];
    if (peer.static) return [{ type: 'static', addresses: peer.static.addresses }];
    return peer.label && resolvedPeers.length > 0 ? [{ type: 'static', addresses: resolvedPeers }] : [];
  });
  return sources.length > 0 ? { sources } : undefined;
}
