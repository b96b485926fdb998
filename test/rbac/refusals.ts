import type { Log } from '../../api/log.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import { eventually } from '../support/eventually.ts';

/** Takes what a part of the service logs, and knows which call the API server has refused. */
export class Refusals {
  readonly log: Log = (_event, fields) => {
    const error = fields?.error;
    if (hasHttpStatus(error, 403)) this.#first ??= error;
  };
  #first: Error | undefined;

  /** Waits as `eventually` does. @throws Error with the words of a refusal, if there is one first. */
  async unlessRefused(what: string, look: Parameters<typeof eventually>[1]): Promise<void> {
    await eventually(what, async () => this.#first ?? (await look()));
    if (this.#first !== undefined) throw this.#first;
  }
}
