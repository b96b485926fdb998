import { microTimestamp } from '../lib/timestamp.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** How long candidates wait for a leader that no longer renews, in seconds: docs/adr/0010. */
const LEASE_SECONDS = 13;
/** A leader that could not renew for this long no longer leads, as in client-go, in milliseconds. */
const RENEW_DEADLINE_MS = 10_000;

/** Annotation of a lease with the settings of its holder, for those that stand by. */
export const SETTINGS_ANNOTATION = 'sei.io/settings';

/** The fields of a `coordination.k8s.io/v1` Lease that an election uses. Its times are only for people. */
export interface Lease extends KubernetesObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly leaseTransitions?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
}

/**
 * What a candidate knows. Times are milliseconds of its own monotonic clock, which is never compared with other clocks.
 */
export interface LeaseKnowledge {
  readonly identity: string;
  /** As last seen; `undefined` = there is none. */
  readonly lease?: Lease | undefined;
  /** When `lease` was first seen with this content. */
  readonly sinceMs: number;
  /** Until when this candidate leads, whatever the others do; `undefined` = it does not lead. */
  readonly leadsUntilMs?: number | undefined;
}

/** `lose` = this candidate led and does so no more. */
type LeaseStep = 'create' | 'take' | 'renew' | 'lose' | 'wait';

/** What to do about a lease that has just been read. */
export function nextLeaseStep(knowledge: LeaseKnowledge, nowMs: number): LeaseStep {
  const { identity, lease, leadsUntilMs } = knowledge;
  const isOurs = lease?.spec?.holderIdentity === identity;
  if (leadsUntilMs !== undefined && (!isOurs || nowMs >= leadsUntilMs)) return 'lose';
  if (lease === undefined) return 'create';
  if (isOurs) return 'renew';
  return nowMs >= leaseFreeAtMs(knowledge) ? 'take' : 'wait';
}

/** When any candidate may acquire the lease, if it is not renewed before. */
export function leaseFreeAtMs({ lease, sinceMs }: LeaseKnowledge): number {
  const { holderIdentity, leaseDurationSeconds = LEASE_SECONDS } = lease?.spec ?? {};
  return holderIdentity ? sinceMs + leaseDurationSeconds * 1000 : sinceMs;
}

/**
 * Settings of another holder, when they are not those of this candidate: two installations share the lease, or new settings
 * are being rolled out. `undefined`: they are the same, this candidate is the holder, or nothing is known of them.
 */
export function otherSettings({ identity, lease }: LeaseKnowledge, own: string): string | undefined {
  const { holderIdentity = identity } = lease?.spec ?? {};
  const settings = lease?.metadata.annotations?.[SETTINGS_ANNOTATION];
  return holderIdentity === '' || holderIdentity === identity || settings === own ? undefined : settings;
}

/** @param nowMs when the answer had arrived: a change counts from the time at which it was certainly seen */
export function leaseSeen(knowledge: LeaseKnowledge, lease: Lease | undefined, nowMs: number): LeaseKnowledge {
  return { ...knowledge, lease, sinceMs: isSameContent(knowledge.lease, lease) ? knowledge.sinceMs : nowMs };
}

/** @param sentMs when the write was sent: others may have seen it since then */
export function leaseWritten(knowledge: LeaseKnowledge, lease: Lease, sentMs: number): LeaseKnowledge {
  return { ...knowledge, lease, sinceMs: sentMs, leadsUntilMs: sentMs + RENEW_DEADLINE_MS };
}

/** What a candidate writes into the lease to acquire or renew it. */
export function heldSpec({ identity, lease }: LeaseKnowledge): object {
  const { holderIdentity, leaseTransitions = 0 } = lease?.spec ?? {};
  const now = microTimestamp(Date.now());
  return {
    holderIdentity: identity,
    leaseDurationSeconds: LEASE_SECONDS,
    renewTime: now,
    ...(holderIdentity !== identity && {
      acquireTime: now,
      leaseTransitions: lease === undefined ? 0 : leaseTransitions + 1,
    }),
  };
}

/** What a leader writes to release the lease, as a merge patch. */
export function releasedSpec(): object {
  return { holderIdentity: null, leaseDurationSeconds: 1, renewTime: microTimestamp(Date.now()) };
}

/** A change of labels or annotations is not a renewal. */
function isSameContent(before: Lease | undefined, after: Lease | undefined): boolean {
  return JSON.stringify([before?.metadata.uid, before?.spec]) === JSON.stringify([after?.metadata.uid, after?.spec]);
}
