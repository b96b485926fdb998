import { setTimeout as sleep } from 'node:timers/promises';
import { hasHttpStatus } from './errors.ts';
import { FailureLog } from './failure-log.ts';
import type { KubernetesTransport } from './kubernetes-transport.ts';
import {
  heldSpec,
  leaseFreeAtMs,
  leaseSeen,
  leaseWritten,
  nextLeaseStep,
  releasedSpec,
  type Lease,
  type LeaseKnowledge,
} from './lease.ts';
import type { Log } from '../lib/log.ts';
import { ResourceClient } from './resource-client.ts';

/** Between two renewals by the holder, in milliseconds. */
const RENEW_MS = 2_000;
/** Between two looks by those who wait, without jitter, in milliseconds: docs/adr/0010. */
const LOOK_MS = 800;
/** For one call, so that a second one fits into the time that a holder has to renew, in milliseconds. */
const CALL_MS = 4_000;

export interface LeaseElectorOptions {
  readonly transport: KubernetesTransport;
  /** Where the lease is. */
  readonly namespace: string;
  readonly name: string;
  /** Names this candidate, unlike every other: the same name in two processes makes both lead. */
  readonly identity: string;
  readonly log: Log;
}

/**
 * Lets one of several candidates lead, by a Lease, after client-go's leaderelection: whoever holds it renews it, the
 * others take it when they have not seen it change for as long as it lasts. At most one believes that it leads while
 * clocks run at about the same speed; a process that is stopped and continued may for a moment believe it wrongly.
 */
export class LeaseElector {
  readonly #options: LeaseElectorOptions;
  readonly #leases: ResourceClient<Lease>;
  readonly #failureLog: FailureLog;
  readonly #lease: string;
  #knowledge: LeaseKnowledge;
  #hasLooked = false;
  #loggedHolder: string | undefined;

  constructor(options: LeaseElectorOptions) {
    const { transport, namespace, name, identity, log } = options;
    this.#options = options;
    this.#leases = new ResourceClient<Lease>(transport, {
      group: 'coordination.k8s.io',
      version: 'v1',
      plural: 'leases',
    });
    this.#lease = `${namespace}/${name}`;
    this.#failureLog = new FailureLog(log, `Election by lease ${this.#lease}`);
    this.#knowledge = { identity, sinceMs: now() };
  }

  get isLeading(): boolean {
    return now() < (this.#knowledge.leadsUntilMs ?? 0);
  }

  /**
   * Whether it knows who leads: false before the first look and what follows from it, and while looks or writes fail.
   */
  get isInformed(): boolean {
    return this.#hasLooked && this.#failureLog.lastError === undefined;
  }

  /**
   * Stands by, leads when it can, and stands by again after each loss, until the signal is aborted. Then the lease is
   * released, so that others need not wait.
   *
   * @param lead - A term. Its signal is aborted when the lease is lost or `signal` is aborted; the lease is renewed
   * until it has returned, and no new term begins before. What it throws ends the election.
   */
  async run(signal: AbortSignal, lead: (term: AbortSignal) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await this.#look();
      if (this.isLeading) await this.#lead(signal, lead);
      else await sleep(this.#pauseMs(), undefined, { signal }).catch(() => undefined);
    }
  }

  async #lead(signal: AbortSignal, lead: (term: AbortSignal) => Promise<void>): Promise<void> {
    this.#options.log.info('Leading', { lease: this.#lease, identity: this.#options.identity });
    const lost = new AbortController();
    const over = new AbortController();
    try {
      const term = signal.aborted ? Promise.resolve() : lead(AbortSignal.any([signal, lost.signal]));
      await Promise.all([term.finally(() => over.abort()), this.#renew(lost, over.signal)]);
    } finally {
      this.#loggedHolder = undefined;
      if (this.isLeading) await this.#release();
    }
  }

  /** Until the lease is lost or the term is over. */
  async #renew(lost: AbortController, over: AbortSignal): Promise<void> {
    while (!over.aborted && this.isLeading) {
      await sleep(this.#pauseMs(), undefined, { signal: over }).catch(() => undefined);
      if (!over.aborted && this.isLeading) await this.#look();
    }
    if (over.aborted) return;
    this.#knowledge = { ...this.#knowledge, leadsUntilMs: undefined };
    this.#options.log.warn('No longer leading: the lease was not renewed in time, or another took it', {
      lease: this.#lease,
      ...this.#holder(),
    });
    lost.abort(new Error(`the lease ${this.#lease} is lost`));
  }

  /** Looks at the lease and does what follows from it. */
  async #look(): Promise<void> {
    const { namespace, name } = this.#options;
    try {
      const lease = await this.#leases.get(namespace, name, { timeoutMs: this.#callMs() });
      this.#knowledge = leaseSeen(this.#knowledge, lease, now());
      await this.#act();
      this.#hasLooked = true;
      this.#failureLog.recovered();
    } catch (error) {
      // Another candidate was quicker.
      if (!hasHttpStatus(error, 409)) this.#failureLog.failed(error, this.#pauseMs());
    }
  }

  async #act(): Promise<void> {
    const step = nextLeaseStep(this.#knowledge, now());
    if (step === 'lose') this.#knowledge = { ...this.#knowledge, leadsUntilMs: undefined };
    else if (step === 'wait') this.#logHolder();
    else await this.#write(step === 'create');
  }

  async #write(isNew: boolean): Promise<void> {
    const sentMs = now();
    const spec = heldSpec(this.#knowledge);
    const lease = isNew ? await this.#create(spec) : await this.#patch(spec);
    this.#knowledge = leaseWritten(this.#knowledge, lease, sentMs);
  }

  async #create(spec: object): Promise<Lease> {
    const { namespace, name } = this.#options;
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec };
    return await this.#leases.create(namespace, lease, { timeoutMs: this.#callMs() });
  }

  /** Refused with a conflict (409) if anybody has written since it was read. */
  async #patch(spec: object): Promise<Lease> {
    const { namespace, name } = this.#options;
    const resourceVersion = this.#knowledge.lease?.metadata.resourceVersion;
    return await this.#leases.patch(
      { namespace, name },
      { metadata: { resourceVersion }, spec },
      { timeoutMs: this.#callMs() },
    );
  }

  async #release(): Promise<void> {
    try {
      await this.#patch(releasedSpec());
      this.#options.log.info('The lease is released', { lease: this.#lease });
    } catch (error) {
      this.#options.log.warn('The lease could not be released; others wait until it has expired', {
        lease: this.#lease,
        error,
      });
    }
    this.#knowledge = { ...this.#knowledge, leadsUntilMs: undefined };
  }

  /** A holder must know in time that it is none any more. */
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
    this.#options.log.info('Standing by: another process leads', {
      lease: this.#lease,
      holder,
      identity: this.#options.identity,
    });
  }

  #holder(): { readonly holder: string | undefined } {
    return { holder: this.#knowledge.lease?.spec?.holderIdentity };
  }
}

/** Monotonic, in milliseconds. */
function now(): number {
  return performance.now();
}
