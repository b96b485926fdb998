import type { SimulatedNode } from '../simulator/simulated-node.ts';
import type { Claim } from './claims.ts';

/** What can be seen of a node from outside at one moment. */
export interface NodeSnapshot {
  readonly seidPid: number | undefined;
  readonly sigterms: number;
  readonly sidecarStartedAt: string | undefined;
  readonly height: number;
  /** Tasks that were sent to the sidecar. */
  readonly posts: number;
}

export async function snapshotOf(node: SimulatedNode): Promise<NodeSnapshot> {
  return {
    seidPid: node.seidPid,
    sigterms: node.sigtermsReceived,
    sidecarStartedAt: node.sidecar.startedAt,
    height: (await node.latestHeight()) ?? 0,
    posts: node.requests.filter(({ method }) => method === 'POST').length,
  };
}

/** What is true of seid after a restart that went well. */
export function replacedSeid(before: NodeSnapshot, after: NodeSnapshot): Record<string, Claim> {
  return {
    [`seid is another process: pid ${before.seidPid} before, ${after.seidPid} after`]: {
      expected: `a pid other than ${before.seidPid}`,
      seen: after.seidPid,
      holds: after.seidPid !== undefined && after.seidPid !== before.seidPid,
    },
    'seid got exactly one SIGTERM': { expected: 1, seen: after.sigterms - before.sigterms },
  };
}
