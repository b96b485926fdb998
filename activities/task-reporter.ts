import { asSentence } from '../lib/as-sentence.ts';
import { backoffDelay } from '../lib/backoff-delay.ts';
import type { StatusChange } from '../core/next-status.ts';
import { problemEvent } from '../core/task-events.ts';
import { taskFields } from '../core/task-fields.ts';
import type { TaskIdentity } from '../api/temporal/task-input.ts';
import { printable } from '../lib/printable.ts';
import { RepeatedFailures } from '../lib/repeated-failures.ts';
import { withNotice } from '../core/progress.ts';
import type { Attempt } from './attempt.ts';
import { recordEvents, writeStatus, type MirrorDependencies } from './mirror-status.ts';

/** Minimum duration of a problem before it is written and recorded as an Event, in milliseconds. */
const LASTING_MS = 3_000;

/** What keeps a task from continuing. `code` names the cause. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** A problem that was not thrown. */
class TaskProblemError extends Error {
  override readonly name = 'TaskProblem';
  readonly code: string;

  constructor({ code, message }: Problem) {
    super(message);
    this.code = code;
  }
}

/** A status change that says what is being done. */
type ShownChange = Extract<StatusChange, { readonly progress: unknown }>;

export interface TaskReporterOptions {
  readonly dependencies: MirrorDependencies;
  readonly task: TaskIdentity;
  readonly attempt: Pick<Attempt<object>, 'nowMs' | 'signal'>;
}

/**
 * Writes the progress of a task into its status while an activity works on it: what is being done, and the problem that
 * keeps it from continuing, which is also recorded as one Warning Event per cause. Writes in the background, one write
 * at a time, and only what the status does not show yet. After a failure the next write has a backoff: thousands of
 * tasks that try at each poll would keep an API server overloaded that has once been slow.
 */
export class TaskReporter {
  readonly #options: TaskReporterOptions;
  readonly #failures = new RepeatedFailures();
  #wanted: ShownChange | undefined;
  #shown = '';
  #writing: Promise<void> | undefined;
  /** Writes that failed in a row, and when the next one may be tried, by the attempt's clock. */
  #writeFailures = 0;
  #retryAtMs = 0;
  #problem: (Problem & { readonly sinceMs: number }) | undefined;

  constructor(options: TaskReporterOptions) {
    this.#options = options;
  }

  /** Shows what is being done. */
  show(change: ShownChange): void {
    this.#wanted = change;
    this.#write();
  }

  /** Shows what keeps the task from continuing, once it has lasted for a moment. `undefined`: there is no problem. */
  problem(problem: Problem | undefined): void {
    this.#log(problem);
    const sinceMs = this.#problem?.sinceMs ?? this.#options.attempt.nowMs;
    // An error's message is not copied with its other fields.
    this.#problem = problem && { code: problem.code, message: problem.message, sinceMs };
    this.#write();
  }

  #log(problem: Problem | undefined): void {
    const { dependencies, task } = this.#options;
    if (problem !== undefined) {
      const error = problem instanceof Error ? problem : new TaskProblemError(problem);
      dependencies.log('TaskProblem', {
        ...taskFields(task),
        ...this.#failures.failed(error, undefined, problem.code),
      });
      return;
    }
    const recovery = this.#failures.recovered();
    if (recovery !== undefined) dependencies.log('TaskContinues', { ...taskFields(task), ...recovery });
  }

  /** What the status shows already, written by an earlier activity. */
  assume(change: ShownChange): void {
    this.#wanted = change;
    this.#shown = keyOf(change);
  }

  /** Waits for running writes: none may arrive after the caller's next write. */
  async settle(): Promise<void> {
    this.#wanted = undefined;
    await this.#writing;
  }

  #write(): void {
    const change = this.#next();
    if (change === undefined || this.#writing !== undefined || keyOf(change) === this.#shown) return;
    if (this.#options.attempt.nowMs < this.#retryAtMs) return;
    this.#writing = this.#writeOnce(change).finally(() => {
      this.#writing = undefined;
    });
  }

  #next(): ShownChange | undefined {
    const problem = this.#lastingProblem();
    if (this.#wanted === undefined || problem === undefined) return this.#wanted;
    return {
      ...this.#wanted,
      progress: withNotice(this.#wanted.progress, `Last problem: ${asSentence(printable(problem.message))}`),
    };
  }

  #lastingProblem(): Problem | undefined {
    if (this.#problem === undefined || this.#options.attempt.nowMs < this.#problem.sinceMs + LASTING_MS)
      return undefined;
    return this.#problem;
  }

  async #writeOnce(change: ShownChange): Promise<void> {
    const { dependencies, task, attempt } = this.#options;
    const problem = this.#lastingProblem();
    try {
      await writeStatus(dependencies, task, { change, atMs: attempt.nowMs }, attempt.signal);
      this.#shown = keyOf(change);
      this.#writeFailures = 0;
      if (problem !== undefined && task.mirrorTo !== undefined)
        recordEvents(dependencies, [problemEvent(task.mirrorTo, problem.code, problem.message)]);
    } catch (error) {
      this.#writeFailures += 1;
      this.#retryAtMs = attempt.nowMs + backoffDelay(this.#writeFailures, Math.random());
      if (!attempt.signal.aborted) dependencies.log('StatusNotWritten', { ...taskFields(task), error });
    }
  }
}

/** The part of a change that people see: without its time. */
function keyOf({ step, progress }: ShownChange): string {
  return JSON.stringify([step, progress.step, progress.message]);
}
