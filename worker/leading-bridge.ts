import type { Metrics } from '../api/metrics.ts';
import type { Bridge } from '../crd-bridge/bridge.ts';
import type { LeaseElector } from '../kubernetes/lease-elector.ts';

/** Runs a bridge while this process leads: a new one for each term, because the cache of the one before is stale. */
export class LeadingBridge {
  readonly #elector: LeaseElector;
  readonly #createBridge: (term: AbortSignal) => Promise<Bridge>;
  readonly #metrics: Metrics;
  #bridge: Bridge | undefined;

  /** @param createBridge - Called for each term. An error that it throws ends the process, unless the term is over. */
  constructor(elector: LeaseElector, createBridge: (term: AbortSignal) => Promise<Bridge>, metrics: Metrics) {
    this.#elector = elector;
    this.#createBridge = createBridge;
    this.#metrics = metrics;
  }

  get isLeading(): boolean {
    return this.#elector.isLeading;
  }

  /** Why this process neither leads with a complete cache nor knows that another process leads. */
  get problem(): string | undefined {
    if (!this.isLeading) return this.#elector.problem;
    return this.#bridge === undefined ? 'The bridge is starting.' : this.#bridge.problem;
  }

  /** That the leader works on something else than this process would. `undefined`: it does not. */
  get conflict(): string | undefined {
    return this.#elector.conflict;
  }

  /** Number of resources that wait to be reconciled, also after a failure; 0 while another process leads. */
  get queueLength(): number {
    return this.#bridge?.queueLength ?? 0;
  }

  /** The bridge of this term; unset while another process leads. */
  get current(): Bridge | undefined {
    return this.#bridge;
  }

  /** How many of them wait because their last reconcile failed. */
  get failing(): number {
    return this.#bridge?.failing ?? 0;
  }

  /** Number of orphans that are left running because they are too many to be believed. */
  get orphansWithheld(): number {
    return this.#bridge?.orphansWithheld ?? 0;
  }

  /** Runs until the signal is aborted, the running reconciles are done, and the lease is released. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#elector.run(signal, async (term) => {
      this.#metrics.count('sei_bridge_leader_transitions_total', {});
      try {
        this.#bridge = await this.#createBridge(term);
        await this.#bridge.run(term);
      } catch (error) {
        if (error !== term.reason) throw error;
      } finally {
        this.#bridge = undefined;
      }
    });
  }
}
