import { holderText, isSharedPermit } from '../api/temporal/permit-id.ts';
import type { Metrics } from '../api/metrics.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import { parseWorkflowId } from '../api/temporal/workflow-id.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { abortable } from '../lib/abortable.ts';
import { CallDeadline } from '../lib/call-deadline.ts';
import type { Attempt } from './attempt.ts';
import type { NodePermits, PermitHolder } from './node-permits.ts';
import type { PermitLine, Place } from './permit-line.ts';

/** How often a waiting task checks the permit, in milliseconds: a holder may have closed without releasing it. */
const LOOK_AGAIN_MS = 10_000;

export interface PermitWaitOptions {
  readonly permits: NodePermits;
  readonly line: PermitLine;
  readonly attempt: Pick<Attempt<object>, 'signal' | 'nowMs'>;
  readonly permitId: string;
  /** Id of the workflow that will hold the permit. */
  readonly holder: string;
  /** Used to check whether the resource of a holder still exists. */
  readonly tasks: ResourceClient<SeiNodeTask>;
  /** Unset: nothing is measured. */
  readonly metrics?: Metrics | undefined;
}

/**
 * One workflow's wait for a permit. In this process only the task that has waited longest tries to acquire it, as soon
 * as it is released. Between processes, the first to try gets it.
 */
export class PermitWait implements Disposable {
  readonly #options: PermitWaitOptions;
  #place: Place | undefined;
  #holder: PermitHolder | undefined;
  /** The run of the permit, while it is held. */
  #runId: string | undefined;

  constructor(options: PermitWaitOptions) {
    this.#options = options;
  }

  [Symbol.dispose](): void {
    this.#place?.leave();
  }

  /**
   * Tries to acquire the permit, when it is this workflow's turn or it has the permit already: an earlier attempt may
   * have acquired it.
   *
   * @param sinceMs - Start of the wait, in milliseconds since the epoch.
   * @returns The run of the permit, or its holder as messages name it.
   */
  async acquire(sinceMs: number): Promise<{ readonly permitRunId: string } | { readonly heldBy: string }> {
    const { permits, line, permitId, holder, tasks, metrics, attempt } = this.#options;
    if (this.#runId !== undefined) return { permitRunId: this.#runId };
    this.#place ??= line.join(permitId, sinceMs);
    const known = this.#place.holder;
    // Whoever is first waits for the holder: if that is this workflow, it must not wait for its turn.
    if (!this.#place.isFront && known?.workflowId !== holder) return { heldBy: known?.name ?? 'other work' };
    const taken = await permits.acquire(permitId, holder);
    if ('runId' in taken) {
      this.#runId = taken.runId;
      metrics?.record('sei_permit_wait_duration_seconds', {}, Math.max(0, attempt.nowMs - sinceMs) / 1000);
      return { permitRunId: taken.runId };
    }
    this.#holder = taken.heldBy;
    const { workflowId } = taken.heldBy;
    const name = await holderName(tasks, permitId, workflowId);
    this.#place.knownHolder = { workflowId, name };
    return { heldBy: name };
  }

  /** Releases the permit and the place in the queue while the task waits for something else. */
  async release(): Promise<void> {
    const { permits, permitId, holder } = this.#options;
    await permits.release(permitId, holder, this.#runId);
    this.#runId = undefined;
    this.#place?.leave();
    this.#place = undefined;
  }

  /**
   * Waits until it may be this workflow's turn, at most `atMostMs`. The caller then tries again.
   *
   * @throws when the attempt has to end.
   */
  async wait(atMostMs: number): Promise<void> {
    const { permits, permitId, attempt } = this.#options;
    using deadline = new CallDeadline(Math.min(atMostMs, LOOK_AGAIN_MS), attempt.signal);
    const { signal } = deadline;
    try {
      const isFree =
        this.#place?.isFront && this.#holder
          ? permits.ended(permitId, this.#holder, signal)
          : this.#place?.reachesFront;
      await abortable(Promise.resolve(isFree), signal);
    } catch (error) {
      if (!signal.aborted || attempt.signal.aborted) throw error;
    }
  }
}

/**
 * How messages name a holder. They mark a task whose resource was deleted: it holds its node until the work that was
 * sent has ended, but kubectl no longer finds it.
 */
async function holderName(
  tasks: ResourceClient<SeiNodeTask>,
  permitId: string,
  workflowId: string | undefined,
): Promise<string> {
  const name = holderText(workflowId);
  const reference = parseWorkflowId(workflowId ?? '');
  if (reference === undefined) return name;
  const resource = await tasks.get(reference.namespace, reference.name);
  if (resource?.metadata.uid === reference.uid) return name;
  return isSharedPermit(permitId)
    ? `${name}, which is in another cluster or was deleted`
    : `${name}, which was deleted and whose work has not ended`;
}
