import {
  ActivityFailure,
  CancellationScope,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import type { CancelRequest } from '../api/temporal/cancel-request.ts';
import { printable } from '../lib/printable.ts';
import type { SpecChange } from '../api/temporal/spec-change.ts';
import { isOlderSpec } from '../core/is-older-spec.ts';

/** Cancels the task as `kubectl delete` would, and says why. */
const cancel = defineUpdate<void, [CancelRequest]>('cancel');
/** Tells of a change to the part of a spec that may change. */
const specChanged = defineSignal<[SpecChange]>('specChanged');

/** What people change of a running task: they cancel it, or change its execution time. */
export class TaskControl {
  /** Why the task was cancelled, safe to show and possibly empty. Unset: it was not. */
  cancelled: string | undefined;
  /** When it was first cancelled, in milliseconds since the epoch. */
  cancelledAtMs: number | undefined;
  /** The latest change of the spec. Unset: none. */
  change: SpecChange | undefined;
  #work: CancellationScope | undefined;

  constructor() {
    setHandler(cancel, ({ why = '' }) => this.cancel(why), {
      description:
        'Cancels the task. What was sent and cannot be stopped is watched to its end. Argument: {"why": "…"}.',
      validator: (request: unknown) => assertCancelRequest(request),
    });
    setHandler(specChanged, (change) => {
      // A bridge that was paused may send its change after that of the next leader.
      if (isOlderSpec(change, this.change)) return;
      this.change = change;
      this.#work?.cancel();
    });
    // Rejects when the workflow itself is cancelled: kubectl delete, `temporal workflow cancel`, a runbook that ends.
    CancellationScope.current().cancelRequested.catch(() => this.cancel(''));
  }

  /** A later request without a reason leaves that of an earlier one. */
  cancel(why: string): void {
    this.cancelledAtMs ??= Date.now();
    this.cancelled = printable(why, 256) || (this.cancelled ?? '');
    this.#work?.cancel();
  }

  /**
   * Does something that a cancel or a change of the spec interrupts.
   *
   * @returns `undefined` when it was interrupted before it had a result.
   */
  async untilChanged<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    return await CancellationScope.nonCancellable(async () => {
      const scope = new CancellationScope();
      this.#work = scope;
      try {
        return await scope.run(work);
      } catch (error) {
        // An activity that fails after it was asked to cancel is not tried again, whatever it failed with.
        if (scope.consideredCancelled && (isCancellation(error) || error instanceof ActivityFailure)) return undefined;
        throw error;
      } finally {
        this.#work = undefined;
      }
    });
  }
}

function assertCancelRequest(request: unknown): void {
  const { why } = (request ?? {}) as { readonly why?: unknown };
  if (typeof request !== 'object' || request === null || (why !== undefined && typeof why !== 'string')) {
    throw new TypeError('The argument of the update cancel must be an object such as {"why": "wrong node"}.');
  }
}
