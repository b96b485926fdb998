/** Faults of one lane never overlap; lanes know nothing of each other. */
export const lanes = [
  'workers',
  'bridges',
  'cluster',
  'temporal',
  'links',
  'nodes-a',
  'nodes-b',
  'nodes-c',
  'guarded',
  'guarded-sidecars',
  'sources',
  'outsider',
] as const;
export type Lane = (typeof lanes)[number];

interface FaultDefinition {
  readonly lane: Lane;
  /** Shortest and longest time that it lasts, in milliseconds. */
  readonly lastsMs: readonly [number, number];
}

/**
 * Longer than the heartbeat timeout of an activity and than a lease: somebody else takes over, and then this one
 * continues on.
 */
const PAST_EVERY_LEASE_MS = 17_000;

/** Longer than what a restart was allowed by may be old (`KNOWN_MS`): the guard has to have seen it. */
const PAST_ALL_EVIDENCE_MS = [40_000, 60_000] as const;

const link = { lane: 'links', lastsMs: [800, 2_500] } as const;
const etcdLink = { lane: 'cluster', lastsMs: [800, 2_500] } as const;

/**
 * Everything that is done to the fleet and its servers: what it is done to, and what is done. A server or process that
 * is killed starts again afterwards, one that is paused (SIGSTOP) continues (SIGCONT).
 */
const faultTypes = {
  'worker.kill': { lane: 'workers', lastsMs: [0, 1_500] },
  'worker.stop': { lane: 'workers', lastsMs: [0, 500] },
  'worker.pause': { lane: 'workers', lastsMs: [500, PAST_EVERY_LEASE_MS] },
  'bridge.kill': { lane: 'bridges', lastsMs: [0, 3_000] },
  'bridge.stop': { lane: 'bridges', lastsMs: [0, 500] },
  'bridge.pause': { lane: 'bridges', lastsMs: [500, PAST_EVERY_LEASE_MS] },

  'api-server.kill': { lane: 'cluster', lastsMs: [0, 1_500] },
  'api-server.pause': { lane: 'cluster', lastsMs: [500, 3_500] },
  'etcd.kill': { lane: 'cluster', lastsMs: [0, 2_000] },
  'etcd.pause': { lane: 'cluster', lastsMs: [500, 3_000] },
  'etcd-link.delay': etcdLink,
  'etcd-link.reset': etcdLink,
  'etcd-link.half-close': etcdLink,
  'etcd-link.truncate': etcdLink,

  'temporal.kill': { lane: 'temporal', lastsMs: [0, 4_000] },
  'temporal.pause': { lane: 'temporal', lastsMs: [500, 8_000] },

  'api-server-link.delay': link,
  'api-server-link.reset': link,
  'api-server-link.half-close': link,
  'api-server-link.truncate': link,
  'temporal-link.delay': link,
  'temporal-link.reset': link,
  'temporal-link.half-close': link,
  'temporal-link.truncate': link,
  'sidecar-link.delay': link,
  'sidecar-link.reset': link,
  'sidecar-link.half-close': link,
  'sidecar-link.truncate': link,

  'sidecar.kill': { lane: 'nodes-a', lastsMs: [200, 4_000] },
  'sidecar.stop': { lane: 'nodes-a', lastsMs: [200, 2_000] },
  'sidecar.hang': { lane: 'nodes-a', lastsMs: [1_000, 8_000] },
  'seid.kill': { lane: 'nodes-b', lastsMs: [0, 0] },
  'seid.pause': { lane: 'nodes-b', lastsMs: [500, 5_000] },
  'seid.ignores-sigterm': { lane: 'nodes-b', lastsMs: [2_000, 8_000] },
  'node.out-of-phase': { lane: 'nodes-b', lastsMs: [1_000, 9_000] },
  'sidecar.drops-after-post': { lane: 'nodes-c', lastsMs: [500, 5_000] },
  'sidecar.garbage': { lane: 'nodes-c', lastsMs: [500, 5_000] },
  'sidecar.error-status': { lane: 'nodes-c', lastsMs: [500, 5_000] },
  'sidecar.not-found': { lane: 'nodes-c', lastsMs: [500, 3_000] },

  'validator.kill': { lane: 'guarded', lastsMs: [500, 4_000] },
  'guarded.slow': { lane: 'guarded', lastsMs: [1_000, 5_000] },
  'guarded.sidecar-kill': { lane: 'guarded-sidecars', lastsMs: [200, 3_000] },
  'guarded.ignores-sigterm': { lane: 'guarded', lastsMs: [1_000, 4_000] },
  'source.lies': { lane: 'sources', lastsMs: [2_000, 8_000] },
  'source.frozen': { lane: 'sources', lastsMs: [2_000, 6_000] },
  'outsider.down': { lane: 'outsider', lastsMs: PAST_ALL_EVIDENCE_MS },
} as const satisfies Record<string, FaultDefinition>;

export type FaultType = keyof typeof faultTypes;

export const faultTypeNames = Object.keys(faultTypes) as FaultType[];

export function definitionOf(type: FaultType): FaultDefinition {
  return faultTypes[type];
}
