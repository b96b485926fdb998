import type { Logger } from '@temporalio/common';
import { eventually } from '../support/eventually.ts';

const ignore = (): void => {};

/** Takes what a part of the service logs, and knows which call the API server has refused. */
export class Refusals {
  readonly log: Logger;
  #first: Error | undefined;

  constructor() {
    const take = (message: string, { error }: { error?: unknown } = {}): void => {
      const text = error instanceof Error ? `${message}: ${error.message}` : message;
      if (text.includes('is forbidden')) this.#first ??= new Error(text);
    };
    this.log = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: take, error: take };
  }

  /** Waits as `eventually` does. @throws Error with the words of a refusal, if there is one first. */
  async unlessRefused(what: string, look: Parameters<typeof eventually>[1]): Promise<void> {
    await eventually(what, async () => this.#first ?? (await look()));
    if (this.#first !== undefined) throw this.#first;
  }
}
