import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';
import timers from 'node:timers/promises';

/** How much faster a pause passes. */
const FACTOR = 4_000;

/**
 * Lets what waits with `node:timers/promises` in this process wait 4,000 times shorter, and notes for how long it meant
 * to.
 */
export class HurriedPauses implements Disposable {
  /** In milliseconds, in the order in which the pauses began. */
  readonly meant: number[] = [];
  readonly #restore: () => void;

  constructor() {
    const { setTimeout: sleep } = timers;
    const hurried: typeof sleep = async (milliseconds = 0, value, options) => {
      this.meant.push(milliseconds);
      return await sleep(milliseconds / FACTOR, value, options);
    };
    const replaced = mock.method(timers, 'setTimeout', hurried);
    this.#restore = () => replaced.mock.restore();
    // Modules that imported the function by its name see the change only after this.
    syncBuiltinESMExports();
  }

  [Symbol.dispose](): void {
    this.#restore();
    syncBuiltinESMExports();
  }
}
