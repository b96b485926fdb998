import type { PlannedRollingRestart } from './plan/planned-rolling-restart.ts';
import type { PlannedTask } from './plan/planned-task.ts';
import type { PlannedRunbook } from './plan/plan-work.ts';
import { RetryingOperator } from './retrying-operator.ts';
import type { RollingRestartLog } from './rolling-restart-log.ts';
import { RollingRestartOperator } from './rolling-restart-operator.ts';
import type { ChaosStack } from './start-chaos-stack.ts';
import type { TaskLog } from './task-log.ts';

export interface OperatorsOptions {
  readonly tasks: TaskLog;
  readonly rollingRestarts: RollingRestartLog;
  /** Ends the run. */
  readonly ending: AbortController;
}

/** All who work on the fleet. What they create is expected before. */
export class Operators implements AsyncDisposable {
  readonly #options: OperatorsOptions;
  readonly #operator: RetryingOperator;
  readonly #roller: RollingRestartOperator;
  readonly #over = new AbortController();
  readonly #steering: Promise<void>[] = [];

  constructor(stack: ChaosStack, options: OperatorsOptions) {
    this.#options = options;
    const { signal } = options.ending;
    this.#operator = new RetryingOperator(stack, signal);
    this.#roller = new RollingRestartOperator(
      stack,
      options.rollingRestarts,
      AbortSignal.any([this.#over.signal, signal]),
    );
  }

  /** Those who steer runbooks that never end stop waiting. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#steering);
  }

  async carryOut(task: PlannedTask): Promise<void> {
    this.#options.tasks.expect(task);
    await this.#operator.carryOut(task);
  }

  async run(runbook: PlannedRunbook): Promise<void> {
    await this.#operator.run(runbook);
  }

  /** Returns at once: a runbook that never ends is found when everything else is over. */
  async roll(rollingRestart: PlannedRollingRestart): Promise<void> {
    this.#options.rollingRestarts.expect(rollingRestart);
    const steering = this.#roller.roll(rollingRestart).catch((error: unknown) => {
      if (!this.#over.signal.aborted) this.#options.ending.abort(error);
    });
    this.#steering.push(steering);
    await Promise.resolve();
  }
}
