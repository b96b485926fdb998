import type { Bridge } from '../crd-bridge/bridge.ts';
import type { LeaseElector } from '../kubernetes/lease-elector.ts';

/** Runs a bridge whenever this process leads: a new one each term, since what it had seen is old by then. */
export class LeadingBridge {
  readonly #elector: LeaseElector;
  readonly #createBridge: () => Bridge;
  #bridge: Bridge | undefined;

  constructor(elector: LeaseElector, createBridge: () => Bridge) {
    this.#elector = elector;
    this.#createBridge = createBridge;
  }

  get isLeading(): boolean {
    return this.#elector.isLeading;
  }

  /** Whether it bridges with a complete copy of the cluster, or knows that another process does. */
  get isReady(): boolean {
    return this.isLeading ? (this.#bridge?.isReady ?? false) : this.#elector.isInformed;
  }

  /** Resources that wait to be reconciled; none while another process leads. */
  get queueLength(): number {
    return this.#bridge?.queueLength ?? 0;
  }

  /** Runs until the signal is aborted, what was being reconciled is done, and another process may lead. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#elector.run(signal, async (term) => {
      this.#bridge = this.#createBridge();
      await this.#bridge.run(term);
      this.#bridge = undefined;
    });
  }
}
