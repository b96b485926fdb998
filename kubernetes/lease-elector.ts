import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../api/log.ts';
import { present } from '../lib/present.ts';
import { RepeatedFailures } from '../lib/repeated-failures.ts';
import { hasHttpStatus } from './errors.ts';
import type { KubernetesTransport } from './kubernetes-transport.ts';
import {
  heldSpec,
  leaseFreeAtMs,
  leaseSeen,
  leaseWritten,
  nextLeaseStep,
  otherSettings,
  releasedSpec,
  SETTINGS_ANNOTATION,
  type Lease,
  type LeaseKnowledge,
} from './lease.ts';
import { ResourceClient } from './resource-client.ts';

/** How often the leader renews the lease, in milliseconds. */
const RENEW_MS = 2_000;
/** How often those that stand by read the lease, without jitter, in milliseconds: docs/adr/0010. */
const LOOK_MS = 800;
/** Timeout of one call, in milliseconds: a second try fits into the time in which the leader has to renew. */
const CALL_MS = 4_000;

export interface LeaseElectorOptions {
  readonly transport: KubernetesTransport;
  /** Where the lease is. */
  readonly namespace: string;
  readonly name: string;
  /** Unique name of this candidate. Two processes with the same name would both lead. */
  readonly identity: string;
  /** What this candidate works on as a leader. It is written into the lease, and compared with that of another holder. */
  readonly settings: string;
  /**
   * Why this candidate could not do the work of a leader at the moment. While there is a reason it acquires no lease,
   * and gives up the one that it has. Default: it always could.
   */
  readonly handicap?: () => string | undefined;
  readonly log: Log;
}

/**
 * Elects one leader among several candidates, with a Lease, after client-go's leaderelection: the leader renews the
 * lease, and the others acquire it when they have not seen it change for its duration. At most one candidate considers
 * itself the leader while clocks run at about the same speed. A process that is paused and continued may for a moment
 * consider itself the leader wrongly.
 */
export class LeaseElector {
  readonly #options: LeaseElectorOptions;
  readonly #leases: ResourceClient<Lease>;
  readonly #failures = new RepeatedFailures();
  readonly #lease: string;
  #knowledge: LeaseKnowledge;
  #hasLooked = false;
  #loggedHandicap: string | undefined;
  #loggedHolder: string | undefined;

  constructor(options: LeaseElectorOptions) {
    const { transport, namespace, name, identity } = options;
    this.#options = options;
    this.#leases = new ResourceClient<Lease>(transport, {
      group: 'coordination.k8s.io',
      version: 'v1',
      plural: 'leases',
    });
    this.#lease = `${namespace}/${name}`;
    this.#knowledge = { identity, sinceMs: now() };
  }

  get isLeading(): boolean {
    return now() < (this.#knowledge.leadsUntilMs ?? 0);
  }

  /** Why it does not know who leads: the lease was not read yet, or reads or writes fail. `undefined`: it knows. */
  get problem(): string | undefined {
    const { lastError } = this.#failures;
    return lastError?.message ?? (this.#hasLooked ? undefined : `The lease ${this.#lease} was not read yet.`);
  }

  /** That the leader works on something else than this candidate would, and what to do. `undefined`: it does not. */
  get conflict(): string | undefined {
    const { settings } = this.#options;
    const theirs = this.isLeading ? undefined : otherSettings(this.#knowledge, settings);
    if (theirs === undefined) return undefined;
    const { holder } = this.#holder();
    return `The lease ${this.#lease} is held by ${holder} with other settings (${theirs}) than those of this process (${settings}). While new settings are rolled out, this ends by itself. Two installations need a lease each: set LEASE_NAME or LEASE_NAMESPACE of one of them.`;
  }

  /**
   * Stands by, leads when it acquires the lease, and stands by again after each loss, until the signal is aborted. Then
   * it releases the lease, so that another candidate can lead at once.
   *
   * @param lead - Runs for one term. Its signal is aborted when the lease is lost or given up, or `signal` is aborted.
   * The lease is renewed until it returns, unless it is given up, and no new term starts before that. An error that it
   * throws ends the election.
   */
  async run(signal: AbortSignal, lead: (term: AbortSignal) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await this.#look();
      if (this.isLeading) await this.#lead(signal, lead);
      else await sleep(this.#pauseMs(), undefined, { signal }).catch(() => undefined);
    }
  }

  async #lead(signal: AbortSignal, lead: (term: AbortSignal) => Promise<void>): Promise<void> {
    this.#options.log('LeaderElected', { lease: this.#lease, identity: this.#options.identity });
    const lost = new AbortController();
    const over = new AbortController();
    try {
      const term = signal.aborted ? Promise.resolve() : lead(AbortSignal.any([signal, lost.signal]));
      await Promise.all([term.finally(() => over.abort()), this.#renew(lost, over.signal)]);
    } finally {
      this.#loggedHolder = undefined;
      if (this.isLeading) await this.#release();
      // A term that was given up can outlast its lease.
      else this.#knowledge = { ...this.#knowledge, leadsUntilMs: undefined };
    }
  }

  /** Until the lease is lost or the term has ended. */
  async #renew(lost: AbortController, over: AbortSignal): Promise<void> {
    while (!over.aborted && this.isLeading) {
      await sleep(this.#pauseMs(), undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      const handicap = this.#options.handicap?.();
      if (handicap !== undefined) {
        // The lease is no longer renewed, and released when the term has ended.
        this.#options.log('LeadershipGivenUp', { lease: this.#lease, why: handicap });
        return lost.abort(new Error(`the lease ${this.#lease} is given up: ${handicap}`));
      }
      if (this.isLeading) await this.#look();
    }
    if (over.aborted) return;
    this.#knowledge = { ...this.#knowledge, leadsUntilMs: undefined };
    this.#options.log('LeadershipLost', { lease: this.#lease, ...this.#holder() });
    lost.abort(new Error(`the lease ${this.#lease} is lost`));
  }

  /** Reads the lease and acts on it. */
  async #look(): Promise<void> {
    const { namespace, name } = this.#options;
    try {
      const lease = await this.#leases.get(namespace, name, { timeoutMs: this.#callMs() });
      this.#knowledge = leaseSeen(this.#knowledge, lease, now());
      await this.#act();
      this.#hasLooked = true;
      this.#logRecovery();
    } catch (error) {
      // Another candidate was faster.
      if (hasHttpStatus(error, 409)) return;
      const failure = this.#failures.failed(error, this.#pauseMs());
      this.#options.log('ElectionFailed', { lease: this.#lease, ...failure });
    }
  }

  #logRecovery(): void {
    const recovery = this.#failures.recovered();
    if (recovery !== undefined) this.#options.log('ElectionRecovered', { lease: this.#lease, ...recovery });
  }

  async #act(): Promise<void> {
    const step = nextLeaseStep(this.#knowledge, now());
    if (step === 'lose') this.#knowledge = { ...this.#knowledge, leadsUntilMs: undefined };
    else if (step === 'wait') this.#logHolder();
    else if (this.isLeading || !this.#isHandicapped()) await this.#write(step === 'create');
  }

  #isHandicapped(): boolean {
    const handicap = this.#options.handicap?.();
    if (handicap !== undefined && this.#loggedHandicap === undefined)
      this.#options.log('UnableToLead', { lease: this.#lease, why: handicap });
    this.#loggedHandicap = handicap;
    return handicap !== undefined;
  }

  async #write(isNew: boolean): Promise<void> {
    const sentMs = now();
    const spec = heldSpec(this.#knowledge);
    const lease = isNew ? await this.#create(spec) : await this.#patch(spec);
    this.#knowledge = leaseWritten(this.#knowledge, lease, sentMs);
  }

  async #create(spec: object): Promise<Lease> {
    const { namespace, name } = this.#options;
    const metadata = { namespace, name, annotations: this.#annotations };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    return await this.#leases.create(namespace, lease, { timeoutMs: this.#callMs() });
  }

  /** Refused with a conflict (409) if the lease was written since it was read. */
  async #patch(spec: object): Promise<Lease> {
    const { namespace, name } = this.#options;
    const resourceVersion = this.#knowledge.lease?.metadata.resourceVersion;
    return await this.#leases.patch(
      { namespace, name },
      { metadata: { resourceVersion, annotations: this.#annotations }, spec },
      { timeoutMs: this.#callMs() },
    );
  }

  get #annotations(): Readonly<Record<string, string>> {
    return { [SETTINGS_ANNOTATION]: this.#options.settings };
  }

  async #release(): Promise<void> {
    try {
      await this.#patch(releasedSpec());
      this.#options.log('LeaseReleased', { lease: this.#lease });
    } catch (error) {
      this.#options.log('LeaseReleaseFailed', { lease: this.#lease, error });
    }
    this.#knowledge = { ...this.#knowledge, leadsUntilMs: undefined };
  }

  /** A leader must know in time that it no longer leads. */
  #callMs(): number {
    const { leadsUntilMs } = this.#knowledge;
    return leadsUntilMs === undefined ? CALL_MS : Math.min(CALL_MS, Math.max(1, leadsUntilMs - now()));
  }

  #pauseMs(): number {
    const { leadsUntilMs } = this.#knowledge;
    if (leadsUntilMs !== undefined) return Math.min(RENEW_MS, Math.max(0, leadsUntilMs - now()));
    const lookMs = LOOK_MS * (1 + Math.random() / 4);
    const freeInMs = leaseFreeAtMs(this.#knowledge) - now();
    return freeInMs > 0 ? Math.min(lookMs, freeInMs) : lookMs;
  }

  #logHolder(): void {
    const { holder } = this.#holder();
    if (holder === this.#loggedHolder) return;
    this.#loggedHolder = holder;
    const { identity, log, settings } = this.#options;
    log('StandingBy', { lease: this.#lease, ...this.#holder(), identity });
    const theirs = otherSettings(this.#knowledge, settings);
    if (theirs !== undefined)
      log('LeaseShared', { lease: this.#lease, ...this.#holder(), settings, holderSettings: theirs });
  }

  #holder(): { readonly holder?: string } {
    return present({ holder: this.#knowledge.lease?.spec?.holderIdentity });
  }
}

/** Monotonic, in milliseconds. */
function now(): number {
  return performance.now();
}
