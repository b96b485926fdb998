import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@temporalio/common';
import type { TaskWorkflows } from './task-workflows.ts';

/** Between two looks for workflows that have closed, in milliseconds: one that was terminated is told within 10 s. */
const CLOSED_INTERVAL_MS = 3_000;
/** How far such a look reaches back behind the one before it, in milliseconds: the list lags, and clocks differ. */
const CLOSED_OVERLAP_MS = 60_000;
/** Between two looks at all that is open, in milliseconds. */
const OPEN_INTERVAL_MS = 60_000;
/** Before a look that failed is repeated, in milliseconds. */
const RETRY_MS = 5_000;

export interface WorkflowWatchOptions {
  readonly workflows: TaskWorkflows;
  /** Told of each workflow that was listed as closed; of one workflow more than once. */
  readonly onClosed: (workflowId: string) => void;
  /** Told all that is open; never where open workflows cannot be told from those of other clusters. */
  readonly onOpen: (workflowIds: ReadonlySet<string>) => void;
  readonly log: Logger;
}

/** Looks at what the Temporal server says of workflows, since a workflow that is terminated tells nobody itself. */
export class WorkflowWatch {
  readonly #options: WorkflowWatchOptions;

  constructor(options: WorkflowWatchOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { canListOpen } = this.#options.workflows;
    await Promise.all([this.#watchClosed(signal), canListOpen ? this.#watchOpen(signal) : undefined]);
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
      const open = new Set<string>();
      for await (const workflowId of this.#options.workflows.listOpen()) open.add(workflowId);
      this.#options.onOpen(open);
    });
  }

  async #repeat(signal: AbortSignal, intervalMs: number, look: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = await look().then(
        () => intervalMs,
        (error: unknown) => this.#failed(error),
      );
      await sleep(pauseMs * (0.9 + Math.random() / 5), undefined, { signal }).catch(() => undefined);
    }
  }

  #failed(error: unknown): number {
    this.#options.log.warn('Workflows could not be listed; it is tried again', { error });
    return RETRY_MS;
  }
}
