import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../api/log.ts';
import { RepeatedFailures } from '../lib/repeated-failures.ts';
import type { TaskWorkflows } from './task-workflows.ts';

/** How often closed workflows are listed, in milliseconds: a terminated one is noticed within 10 s. */
const CLOSED_INTERVAL_MS = 3_000;
/** How much two of these lists overlap, in milliseconds: the list lags, and clocks differ. */
const CLOSED_OVERLAP_MS = 60_000;
/**
 * How often all open workflows are listed, in milliseconds: a workflow whose resource was deleted while the watch was
 * interrupted runs on until then.
 */
const OPEN_INTERVAL_MS = 30_000;
/** Pause after a list that failed, in milliseconds. */
const RETRY_MS = 5_000;

export interface WorkflowWatchOptions {
  readonly workflows: TaskWorkflows;
  /** Called for each workflow that is listed as closed, more than once for the same workflow. */
  readonly onClosed: (workflowId: string) => void;
  /**
   * Called with all open workflows, and when their list began, in milliseconds since the epoch. Never called when they
   * cannot be told from those of other clusters.
   */
  readonly onOpen: (workflowIds: ReadonlySet<string>, listedAtMs: number, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** Lists workflows on the Temporal server, because a workflow that is terminated cannot report that itself. */
export class WorkflowWatch {
  readonly #options: WorkflowWatchOptions;
  readonly #failures = new RepeatedFailures();

  constructor(options: WorkflowWatchOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#watchClosed(signal), this.#watchOpen(signal)]);
  }

  async #watchClosed(signal: AbortSignal): Promise<void> {
    let fromMs = Date.now() - CLOSED_OVERLAP_MS;
    await this.#repeat(signal, CLOSED_INTERVAL_MS, async () => {
      const beganMs = Date.now();
      for await (const workflowId of this.#options.workflows.listClosed(fromMs)) this.#options.onClosed(workflowId);
      fromMs = beganMs - CLOSED_OVERLAP_MS;
    });
  }

  async #watchOpen(signal: AbortSignal): Promise<void> {
    await this.#repeat(signal, OPEN_INTERVAL_MS, async () => {
      if (!this.#options.workflows.canListOpen) return;
      const listedAtMs = Date.now();
      const open = new Set<string>();
      for await (const workflowId of this.#options.workflows.listOpen()) open.add(workflowId);
      await this.#options.onOpen(open, listedAtMs, signal);
    });
  }

  async #repeat(signal: AbortSignal, intervalMs: number, look: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = await look().then(
        () => this.#listed(intervalMs),
        (error: unknown) => (signal.aborted ? 0 : this.#failed(error)),
      );
      await sleep(pauseMs * (0.9 + Math.random() / 5), undefined, { signal }).catch(() => undefined);
    }
  }

  #listed(pauseMs: number): number {
    const recovery = this.#failures.recovered();
    if (recovery !== undefined) this.#options.log('WorkflowListRecovered', { ...recovery });
    return pauseMs;
  }

  #failed(error: unknown): number {
    this.#options.log('WorkflowListFailed', { ...this.#failures.failed(error, RETRY_MS) });
    return RETRY_MS;
  }
}
