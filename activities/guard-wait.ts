import { chainPermitIdOf } from '../api/temporal/permit-id.ts';
import type { ReadyGuard, TargetWaitState } from '../core/activities.ts';
import type { GuardObstacle } from '../core/guard/guard-obstacle.ts';
import type { GuardTarget } from '../core/guard/guard-situation.ts';
import { guardTargetOf } from '../core/guard/guard-target.ts';
import type { PlannedGuard } from '../core/guard/plan-guard.ts';
import { guardEvents } from '../core/task-events.ts';
import { taskFields } from '../core/task-fields.ts';
import type { TaskPlan } from '../core/task-plan.ts';
import type { SeiNode } from '../api/sei-node.ts';
import { present } from '../lib/present.ts';
import type { Attempt } from './attempt.ts';
import type { TargetDependencies } from './check-target.ts';
import { recordEvents, subjectsOf } from './mirror-status.ts';
import { ownWorkflowId } from './own-workflow-id.ts';
import { endRestart, evaluateGuard, passGuard, passOf, type GuardQuestion } from './pass-guard.ts';
import type { PermitLine } from './permit-line.ts';
import { PermitWait } from './permit-wait.ts';

/** Pause between two evaluations: the first one, doubled each time up to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 3_000;
const LONGEST_PAUSE_MS = 30_000;

export interface GuardWaitOptions {
  readonly plan: TaskPlan;
  readonly guard: PlannedGuard;
  readonly attempt: Attempt<TargetWaitState>;
  readonly line: PermitLine;
}

/** When a task began to wait, and when its node was last restarted, in milliseconds since the epoch. */
export interface GuardTimes {
  readonly sinceMs: number;
  readonly lastRestartMs: number | undefined;
}

/**
 * One task's wait for the guard. It holds no permit while it waits, so that others, which may be allowed or overridden,
 * do not wait for it.
 */
export class GuardWait implements Disposable {
  readonly #dependencies: TargetDependencies;
  readonly #options: GuardWaitOptions;
  #permit: PermitWait | undefined;
  #refusals: number;

  constructor(dependencies: TargetDependencies, options: GuardWaitOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
    this.#refusals = options.attempt.earlier?.guard === undefined ? 0 : 1;
  }

  [Symbol.dispose](): void {
    this.#permit?.[Symbol.dispose]();
  }

  /** A task that was held back before is evaluated without permits first. */
  async preview(node: SeiNode, times: GuardTimes): Promise<GuardObstacle | undefined> {
    if (this.#refusals === 0) return undefined;
    const question = this.#questionOf(node, times);
    const pass = passOf(await evaluateGuard(this.#dependencies, question));
    if (!('obstacle' in pass)) return undefined;
    // An attempt whose worker was lost may have acquired the permit of the chain.
    await this.release(question.target.chainId);
    return this.#counted(pass.obstacle);
  }

  /** Acquires the permit of the chain where it is needed, and evaluates. Releases it when the guard holds the task. */
  async check(node: SeiNode, times: GuardTimes): Promise<GuardObstacle | ReadyGuard> {
    const question = this.#questionOf(node, times);
    const { guard, target } = question;
    if (guard.mode === 'Warn') return this.#warned(target, passOf(await evaluateGuard(this.#dependencies, question)));
    const pass = await passGuard(this.#dependencies, question, async (permitId) => {
      const taken = await this.#permitOf(permitId).acquire(times.sinceMs);
      return 'heldBy' in taken ? taken.heldBy : undefined;
    });
    if ('decision' in pass) return { chainId: target.chainId ?? '' };
    if (pass.obstacle.by === 'guard') await this.release(target.chainId);
    return this.#counted(pass.obstacle);
  }

  /**
   * Nothing was sent: what an earlier dispatch recorded before it was held back does not count.
   *
   * @param chainId - Of the target. Unset: it has none, or is not known.
   */
  async release(chainId: string | undefined): Promise<void> {
    if (chainId === undefined || this.#options.guard.mode !== 'Enforce') return;
    const { nowMs: endedAtMs } = this.#options.attempt;
    await endRestart(this.#dependencies, chainId, { holder: ownWorkflowId(), sent: 'no', endedAtMs });
    await this.#permitOf(chainPermitIdOf(chainId)).release();
  }

  /** Waits until the obstacle may be gone, at most `atMostMs`. */
  async wait(obstacle: GuardObstacle, atMostMs: number): Promise<void> {
    if (obstacle.by === 'chain') return await this.#permitOf(chainPermitIdOf(obstacle.chainId)).wait(atMostMs);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, this.#refusals - 1));
    return await this.#options.attempt.sleep(Math.min(pauseMs, atMostMs));
  }

  #questionOf(node: SeiNode, { lastRestartMs }: GuardTimes): GuardQuestion {
    const { guard, attempt, plan } = this.#options;
    return { guard, target: guardTargetOf(node), cluster: plan.task.cluster, lastRestartMs, attempt };
  }

  #counted(obstacle: GuardObstacle): GuardObstacle {
    if (obstacle.by === 'guard') this.#refusals += 1;
    return obstacle;
  }

  #permitOf(permitId: string): PermitWait {
    const { permits, tasks, metrics } = this.#dependencies;
    const { line, attempt } = this.#options;
    this.#permit ??= new PermitWait({ permits, line, attempt, permitId, holder: ownWorkflowId(), tasks, metrics });
    return this.#permit;
  }

  /** With mode Warn the task does not wait: what was found becomes an Event and part of its messages. */
  #warned(target: GuardTarget, pass: ReturnType<typeof passOf>): ReadyGuard {
    const { chainId = '' } = target;
    if ('decision' in pass || pass.obstacle.by === 'chain') return { chainId };
    const { finding, numbers } = pass.obstacle;
    const notice = `The guard found ${numbers.verdict}, and spec.guard.mode is Warn: ${finding}`;
    const { task } = this.#options.plan;
    recordEvents(
      this.#dependencies,
      guardEvents(subjectsOf(task), { by: 'warn', verdict: numbers.verdict, note: notice }),
    );
    this.#dependencies.log('GuardPassedOver', { ...taskFields(task), reason: numbers.verdict, detail: finding });
    return { chainId, ...present({ notice }) };
  }
}
