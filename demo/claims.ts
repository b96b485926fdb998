import { inspect, isDeepStrictEqual } from 'node:util';
import { blank, green, red, verbatim } from './terminal.ts';

export interface Claim {
  readonly expected: unknown;
  readonly seen: unknown;
  /** Default: whether `seen` equals `expected`. */
  readonly holds?: boolean;
}

/** Compares everything that the demo claims with what was seen. */
export class Claims {
  #held = 0;
  #broken = 0;

  get held(): number {
    return this.#held;
  }

  get broken(): number {
    return this.#broken;
  }

  /** Checks claims and prints each, with what was expected and seen where it does not hold. */
  check(claims: Readonly<Record<string, Claim>>): void {
    blank();
    for (const [claim, { expected, seen, holds = isDeepStrictEqual(seen, expected) }] of Object.entries(claims)) {
      if (holds) this.#held += 1;
      else this.#broken += 1;
      verbatim(
        holds ? `${green('✓')} ${claim}` : `${red('✗')} ${claim}: expected ${text(expected)}, saw ${text(seen)}`,
      );
    }
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { breakLength: Infinity });
}
