import { Context } from '@temporalio/activity';
import type { PollEnd } from '../api/dispatch.ts';
import { present } from '../api/present.ts';
import { isPending, observationOf, type TaskReport } from '../api/sidecar-task.ts';
import type { SidecarTaskRequest } from '../api/task-plan.ts';
import type { Transaction } from '../api/transaction.ts';
import { SidecarError } from './errors.ts';
import { isCalledOff } from './is-called-off.ts';
import type { TaskReference } from './look-at-task.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { waitUntil } from './wait-until.ts';

/** Least time between two submissions of a pending transaction, in milliseconds: about two blocks. */
const RESUBMIT_MS = 1_000;

export interface PollRequest extends TaskReference {
  /** When the execution began, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Milliseconds since the epoch; absent = unbounded. */
  readonly deadlineMs?: number;
  /** What to send again under the same id while the transaction is pending; absent = a pending one ends the poll. */
  readonly resubmit?: SidecarTaskRequest;
}

/** What the Temporal UI shows of a poll that is going on. */
export interface PollHeartbeat {
  readonly taskId: string;
  /** `unknown`: the sidecar answered that it does not have the task, which may pass. */
  readonly state: 'running' | 'pending' | 'unknown' | 'unreachable';
  /** Polls so far, those of earlier attempts included. */
  readonly polls: number;
  /** What went wrong last, when the sidecar could not be asked. */
  readonly problem?: string;
  /** The transaction that was last seen to wait for its inclusion. */
  readonly pending?: Transaction;
}

export interface PollOptions {
  /** Aborted when the process shuts down. */
  readonly shutdown: AbortSignal;
  /** Told after each look that found the task at work. */
  readonly onRunning: () => void;
}

/**
 * Polls a task until the sidecar says that it is over, or until the deadline. A sidecar that cannot be asked is asked
 * again: it may be restarting, and only the deadline decides.
 */
export async function pollTask(sidecar: SidecarClient, request: PollRequest, options: PollOptions): Promise<PollEnd> {
  const poll = new TaskPoll(sidecar, request, options);
  const report = await waitUntil({ ...request, shutdown: options.shutdown, look: (signal) => poll.look(signal) });
  return report ?? { state: 'deadline', ...poll.left };
}

type Seen =
  | TaskReport
  | { readonly state: 'running' | 'unknown' }
  | { readonly state: 'unreachable'; readonly problem: string };

function isReport(seen: Seen): seen is TaskReport {
  return seen.state === 'completed' || seen.state === 'failed';
}

class TaskPoll {
  readonly #sidecar: SidecarClient;
  readonly #request: PollRequest;
  readonly #options: PollOptions;
  readonly #context = Context.current();
  #polls: number;
  #pending: Transaction | undefined;
  #problem: string | undefined;
  #resubmitAtMs = 0;

  constructor(sidecar: SidecarClient, request: PollRequest, options: PollOptions) {
    this.#sidecar = sidecar;
    this.#request = request;
    this.#options = options;
    const earlier = this.#context.info.heartbeatDetails as PollHeartbeat | undefined;
    this.#polls = earlier?.polls ?? 0;
    this.#pending = earlier?.pending;
  }

  /** What a poll that ran into its deadline knows. */
  get left(): { readonly problem?: string; readonly pending?: Transaction } {
    return present({ problem: this.#problem, pending: this.#pending });
  }

  async look(signal: AbortSignal): Promise<TaskReport | undefined> {
    this.#polls += 1;
    const seen = await this.#ask(signal);
    this.#problem = seen.state === 'unreachable' ? seen.problem : undefined;
    if (!isReport(seen)) return this.#goOn(seen.state);
    const { resubmit } = this.#request;
    if (resubmit === undefined || !isPending(seen)) return seen;
    this.#pending = seen.transaction;
    await this.#resubmit(resubmit);
    return this.#goOn('pending');
  }

  #goOn(state: PollHeartbeat['state']): undefined {
    this.#context.heartbeat({ taskId: this.#request.taskId, state, polls: this.#polls, ...this.left } satisfies PollHeartbeat);
    if (state === 'running') this.#options.onRunning();
  }

  async #ask(signal: AbortSignal): Promise<Seen> {
    const { node, taskId } = this.#request;
    try {
      const task = await this.#sidecar.getTask(node, taskId, signal);
      return task === undefined ? { state: 'unknown' } : observationOf(task);
    } catch (error) {
      if (error instanceof SidecarError) return { state: 'unreachable', problem: error.message };
      throw error;
    }
  }

  /** The sidecar then looks for the earlier transaction instead of sending a second one (contract §1.5). */
  async #resubmit(task: SidecarTaskRequest): Promise<void> {
    const { node, taskId, deadlineMs = Number.POSITIVE_INFINITY } = this.#request;
    const nowMs = Date.now();
    if (nowMs < this.#resubmitAtMs || nowMs >= deadlineMs) return;
    this.#resubmitAtMs = nowMs + RESUBMIT_MS;
    if (await isCalledOff()) return;
    try {
      const answer = await this.#sidecar.postTask(node, { id: taskId, ...task });
      if (answer !== 'accepted') this.#problem = `the sidecar refused the task when it was sent again: ${answer.refused}`;
    } catch (error) {
      if (!(error instanceof SidecarError)) throw error;
      this.#problem = error.message;
    }
  }
}
