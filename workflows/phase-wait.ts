import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import { waitingForTarget } from '../api/progress.ts';
import { targetNotInPhase, waitingForPhase, type Verdict } from '../api/verdict.ts';
import { pollOptions } from './activity-options.ts';
import { recordedTime } from './recorded-time.ts';
import type { TaskRun } from './task-run.ts';
import { unlessTimedOut } from './unless-timed-out.ts';

/** A task's wait for its target's phase, at most `requirePhaseTimeout` since the target was first seen in another one. */
export class PhaseWait {
  readonly #run: TaskRun;
  #sinceMs: number | undefined;

  constructor(run: TaskRun) {
    this.#run = run;
  }

  /** The target was seen in the phase: a later wait is another one. */
  isOver(): void {
    this.#sinceMs = undefined;
  }

  /**
   * Ends without a word on what it found: the look that follows decides, also when the wait ran into its timeout.
   *
   * @param observed - The phase that the target is in instead.
   * @returns The verdict when the time is over, or when the resource stands in the way.
   */
  async wait(observed: string | undefined): Promise<Verdict | undefined> {
    const { plan, mirror, display } = this.#run;
    const wait = { observed, required: plan.requirePhase, timeoutMs: plan.requirePhaseTimeoutMs };
    if (this.#sinceMs !== undefined && Date.now() >= this.#sinceMs + plan.requirePhaseTimeoutMs) return targetNotInPhase(plan.node, wait);
    if (this.#sinceMs === undefined) {
      const startedAtMs = plan.waitingSinceMs ?? Date.now();
      const progress = waitingForTarget(waitingForPhase(plan.node, wait));
      display.show(progress);
      const mirrored = await mirror.step({ step: 'waiting', reason: 'PhaseNotMet', progress });
      if ('verdict' in mirrored) return mirrored.verdict;
      this.#sinceMs = recordedTime(mirrored.targetFirstObservedAt, startedAtMs);
    }
    await this.#untilMet(this.#sinceMs);
    return undefined;
  }

  async #untilMet(sinceMs: number): Promise<void> {
    const { plan } = this.#run;
    const deadlineMs = sinceMs + plan.requirePhaseTimeoutMs;
    const remainingMs = deadlineMs - Date.now();
    if (remainingMs <= 0) return;
    const { awaitTargetPhase } = proxyActivities<Activities>({
      ...pollOptions(),
      scheduleToCloseTimeout: remainingMs,
      summary: `Wait for phase ${plan.requirePhase}`,
    });
    await unlessTimedOut(awaitTargetPhase({ node: plan.node, requirePhase: plan.requirePhase, sinceMs, deadlineMs }));
  }
}
