import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Draws that depend on nothing but the seed and the draws before. */
export class Random {
  readonly #generator;

  /** @param stream - Names what is drawn, so that draws for one thing leave those for others as they are. */
  constructor(seed: number, stream: string) {
    const mixed = new TextEncoder().encode(stream).reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, seed | 0);
    this.#generator = xoroshiro128plus(mixed);
  }

  /** Both ends are drawn too. */
  integer(from: number, to: number): number {
    return uniformInt(this.#generator, from, to);
  }

  chance(percent: number): boolean {
    return this.integer(1, 100) <= percent;
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError('nothing to pick from');
    return choices[this.integer(0, choices.length - 1)] as T;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.integer(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }
}
