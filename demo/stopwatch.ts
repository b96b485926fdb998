import { paragraph, verbatim } from './terminal.ts';

/** Width of `  12.3 s  `. */
const HANGING = 10;

/** Prints what happens with the seconds since it was made. */
export class Stopwatch {
  readonly #startedAt = performance.now();

  get seconds(): string {
    return ((performance.now() - this.#startedAt) / 1000).toFixed(1);
  }

  /** One line of what happened, now unless told otherwise, and below it what it means. */
  lap(what: string, meaning = '', seconds = this.seconds): void {
    verbatim(`${seconds.padStart(6)} s  ${what}`);
    if (meaning !== '') paragraph(meaning, { hanging: HANGING });
  }
}
