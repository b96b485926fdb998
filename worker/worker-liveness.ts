import type { Worker, WorkerStatus } from '@temporalio/worker';

/** How long nothing may move before a worker counts as wedged, in milliseconds: one step has 5 s in the SDK. */
export const WEDGED_AFTER_MS = 60_000;

type PollStates = Pick<WorkerStatus, 'runState' | 'workflowPollerState' | 'activityPollerState'>;

/** What is known of a worker's progress. Times are monotonic, in milliseconds. */
export interface WorkerProgress {
  readonly states: PollStates;
  /** Steps of workflows that are being carried out. */
  readonly inFlight: number;
  /** When `inFlight` last fell, or rose from 0. */
  readonly movedMs: number;
  /** Since when a poller has failed while the worker runs. `undefined`: none has. */
  readonly pollFailedMs?: number | undefined;
}

/** Why a worker does not work and will not work again until the process is restarted; `undefined` when it does. */
export function wedgeOf(
  { states, inFlight, movedMs, pollFailedMs }: WorkerProgress,
  nowMs: number,
): string | undefined {
  if (states.runState !== 'RUNNING') return undefined;
  if (pollFailedMs !== undefined && nowMs - pollFailedMs >= WEDGED_AFTER_MS)
    return 'The worker no longer polls for tasks. Restart the process.';
  if (inFlight > 0 && nowMs - movedMs >= WEDGED_AFTER_MS)
    return `${inFlight} steps of workflows have not ended, and none has for ${seconds(nowMs - movedMs)} s. Restart the process.`;
  return undefined;
}

/** The progress after steps began or ended. */
export function progressOf(before: WorkerProgress, inFlight: number, nowMs: number): WorkerProgress {
  const moved = inFlight < before.inFlight || before.inFlight === 0;
  return { ...before, inFlight, movedMs: moved ? nowMs : before.movedMs };
}

/** The progress after its states were read. */
export function withStates(before: WorkerProgress, states: PollStates, nowMs: number): WorkerProgress {
  const hasFailed =
    states.runState === 'RUNNING' && [states.workflowPollerState, states.activityPollerState].some(isOver);
  return { ...before, states, pollFailedMs: hasFailed ? (before.pollFailedMs ?? nowMs) : undefined };
}

function isOver(state: PollStates['workflowPollerState']): boolean {
  return state !== 'POLLING';
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 1_000);
}

/** Watches the progress of a worker: one whose workflow thread hangs stays `RUNNING` and carries out nothing. */
export class WorkerLiveness {
  readonly #worker: Worker;
  #progress: WorkerProgress;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#progress = { states: worker.getStatus(), inFlight: 0, movedMs: performance.now() };
    worker.numInFlightActivations$.subscribe((inFlight) => {
      this.#progress = progressOf(this.#progress, inFlight, performance.now());
    });
  }

  /** Why the process has to be restarted. `undefined`: the worker works. */
  get wedge(): string | undefined {
    const nowMs = performance.now();
    this.#progress = withStates(this.#progress, this.#worker.getStatus(), nowMs);
    return wedgeOf(this.#progress, nowMs);
  }
}
