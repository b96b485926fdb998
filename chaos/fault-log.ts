import { now } from '../dev/now.ts';
import type { ObservedFault } from './observations.ts';
import type { PlannedFault } from './plan/plan-faults.ts';

/** Faults that are over, and those in progress. */
export class FaultLog {
  readonly #faults: ObservedFault[] = [];
  readonly #goingOn = new Set<PlannedFault>();

  get faults(): readonly ObservedFault[] {
    return this.#faults;
  }

  /** How the faults of this moment are called. */
  get current(): readonly string[] {
    return [...this.#goingOn].map(({ type, target }) => `${type} ${target}`);
  }

  /** @returns Whether it took effect. */
  async record(fault: PlannedFault, inject: () => Promise<boolean>): Promise<boolean> {
    const beganAt = now();
    this.#goingOn.add(fault);
    try {
      const tookEffect = await inject();
      this.#faults.push({ type: fault.type, target: fault.target, beganAt, endedAt: now(), tookEffect });
      return tookEffect;
    } finally {
      this.#goingOn.delete(fault);
    }
  }
}
