import { CancellationScope, defineUpdate, setHandler } from '@temporalio/workflow';
import { cancelRequestSchema, type CancelRequest } from '../api/cancel-request.ts';
import { printable } from '../api/printable.ts';

/** Cancels the task as `kubectl delete` would, and says why. */
const cancel = defineUpdate<void, [CancelRequest]>('cancel');

/** What can call a task off: a cancelled workflow, the update `cancel`, and an input that says so from the start. */
export class Cancellation {
  /** Why, safe to show; empty when nobody said. */
  why = '';
  readonly #scope = new CancellationScope();

  /** @param why - Set when the task was cancelled before its workflow started. */
  constructor(why: string | undefined) {
    if (why !== undefined) this.#request(why);
    setHandler(cancel, ({ why: said = '' }) => this.#request(said), {
      description: 'Cancels the task. Work that was sent and cannot be called back is watched to its end. Argument: {"why": "…"}.',
      validator: (request) => void cancelRequestSchema.parse(request),
    });
  }

  /** Runs what is called off when the task is cancelled. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    return await this.#scope.run(work);
  }

  /** A later request without a reason leaves that of an earlier one. */
  #request(why: string): void {
    this.why = printable(why, 256) || this.why;
    this.#scope.cancel();
  }
}
