import type { StoppedMember } from './chain-stops.ts';
import type { Reason } from './validators.ts';

/** A time in which a validator of the set did not sign, for one reason. Times in milliseconds since 1970. */
export interface ValidatorAbsence {
  name: string;
  /** Decimal. */
  power: string;
  reason: Reason;
  fromMs: number;
  /** Unset: it has not ended. */
  toMs?: number;
}

/** Who did not sign when. */
export class ValidatorAbsences {
  readonly #entries: ValidatorAbsence[] = [];
  readonly #open = new Map<string, ValidatorAbsence>();

  /** Oldest first, without those that lasted no time. */
  get entries(): ValidatorAbsence[] {
    return this.#entries.filter(({ fromMs, toMs }) => fromMs !== toMs);
  }

  /** @param set The validator set at that time. */
  note(atMs: number, set: readonly StoppedMember[]): void {
    for (const { name, power, absence: reason } of set) {
      const open = this.#open.get(name);
      if (open?.reason === reason) continue;
      if (open !== undefined) open.toMs = atMs;
      this.#open.delete(name);
      if (reason !== undefined) this.#begin({ name, power: String(power), reason, fromMs: atMs });
    }
  }

  #begin(absence: ValidatorAbsence): void {
    this.#open.set(absence.name, absence);
    this.#entries.push(absence);
  }
}
