import type { Metrics } from '../api/metrics.ts';
import type { Bridge } from '../crd-bridge/bridge.ts';
import type { LeaseElector } from '../kubernetes/lease-elector.ts';

/** Runs a bridge while this process leads: a new one for each term, because the cache of the one before is stale. */
export class LeadingBridge {
  readonly #elector: LeaseElector;
  readonly #createBridge: () => Bridge;
  readonly #metrics: Metrics;
  #bridge: Bridge | undefined;

  constructor(elector: LeaseElector, createBridge: () => Bridge, metrics: Metrics) {
    this.#elector = elector;
    this.#createBridge = createBridge;
    this.#metrics = metrics;
  }

  get isLeading(): boolean {
    return this.#elector.isLeading;
  }

  /** Whether this process leads with a complete cache, or knows that another process leads. */
  get isReady(): boolean {
    return this.isLeading ? (this.#bridge?.isReady ?? false) : this.#elector.isInformed;
  }

  /** Number of resources that wait to be reconciled; 0 while another process leads. */
  get queueLength(): number {
    return this.#bridge?.queueLength ?? 0;
  }

  /** The bridge of this term; unset while another process leads. */
  get current(): Bridge | undefined {
    return this.#bridge;
  }

  /** Runs until the signal is aborted, the running reconciles are done, and the lease is released. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#elector.run(signal, async (term) => {
      this.#metrics.count('sei_bridge_leader_transitions_total', {});
      this.#bridge = this.#createBridge();
      await this.#bridge.run(term);
      this.#bridge = undefined;
    });
  }
}
