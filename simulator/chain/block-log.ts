import type { ValidatorSet } from './validator-set.ts';

/** A block and who signed it. */
export interface Block {
  height: number;
  /** Milliseconds since 1970. */
  timeMs: number;
  validators: ValidatorSet;
  /** Addresses. */
  signers: ReadonlySet<string>;
}

/** Blocks at a fixed interval with the same validators and signers. */
export interface Run {
  first: number;
  count: number;
  firstTimeMs: number;
  validators: ValidatorSet;
  signers: ReadonlySet<string>;
}

/** All blocks of a chain. Only what changes between them is stored. */
export class BlockLog {
  readonly #intervalMs: number;
  readonly #runs: Run[];

  /** @param past Its first block is the lowest that RPC has. */
  constructor(intervalMs: number, past: Run) {
    this.#intervalMs = intervalMs;
    this.#runs = [{ ...past }];
  }

  get base(): number {
    return this.#runs[0]!.first;
  }

  get head(): Block {
    const { first, count } = this.#runs.at(-1)!;
    return this.at(first + count - 1)!;
  }

  at(height: number): Block | undefined {
    const run = this.#runs.findLast(({ first }) => first <= height);
    if (run === undefined || height >= run.first + run.count) return undefined;
    const { first, firstTimeMs, validators, signers } = run;
    return { height, timeMs: firstTimeMs + (height - first) * this.#intervalMs, validators, signers };
  }

  /** Adds the blocks that follow the head. */
  append(run: Omit<Run, 'first'>): void {
    const last = this.#runs.at(-1)!;
    const continues =
      last.validators === run.validators &&
      last.signers === run.signers &&
      last.firstTimeMs + last.count * this.#intervalMs === run.firstTimeMs;
    if (continues) last.count += run.count;
    else this.#runs.push({ ...run, first: last.first + last.count });
  }
}
