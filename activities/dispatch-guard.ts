import { holderText } from '../api/temporal/permit-id.ts';
import type { GuardDecision } from '../core/guard/decide-guard.ts';
import { guardTargetOf } from '../core/guard/guard-target.ts';
import type { GuardObstacle } from '../core/guard/guard-obstacle.ts';
import type { PlannedGuard } from '../core/guard/plan-guard.ts';
import { guardEvents } from '../core/task-events.ts';
import { taskFields } from '../core/task-fields.ts';
import type { TaskPlan } from '../core/task-plan.ts';
import type { Sent } from '../core/knowledge.ts';
import type { Attempt } from './attempt.ts';
import type { TargetDependencies } from './check-target.ts';
import { recordEvents, subjectsOf } from './mirror-status.ts';
import { ownWorkflowId } from './own-workflow-id.ts';
import { endRestart, passGuard, recordRestart } from './pass-guard.ts';
import { readSeiNode } from './read-sei-node.ts';

/** Largest age of an evaluation at the POST, in milliseconds. */
const FRESH_MS = 15_000;

export interface DispatchGuardOptions {
  readonly plan: TaskPlan;
  readonly guard: PlannedGuard;
  /** Chain whose permit the task may hold. Unset: it has none yet. */
  readonly chainId: string | undefined;
  readonly attempt: Pick<Attempt<object>, 'nowMs' | 'signal'>;
}

/** The guard right before a task is sent. */
export class DispatchGuard {
  readonly #dependencies: TargetDependencies;
  readonly #options: DispatchGuardOptions;
  /** When the guard last allowed the task, by the monotonic clock, in milliseconds. Unset: it did not. */
  evaluatedAt: number | undefined;
  #chainId: string | undefined;
  /** Verdicts that the override has passed over, in any evaluation. */
  readonly #passedOver = new Set<string>();

  constructor(dependencies: TargetDependencies, options: DispatchGuardOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
    this.#chainId = options.chainId;
  }

  /** Chain whose permit the task may hold. Unset: none. */
  get chainId(): string | undefined {
    return this.#chainId;
  }

  /** Whether the task may be sent without another evaluation. */
  get isFresh(): boolean {
    const { mode } = this.#options.guard;
    return mode === 'Warn' || (this.evaluatedAt !== undefined && performance.now() - this.evaluatedAt < FRESH_MS);
  }

  /** What the override passes over: told with the task. Unset: nothing. */
  get notice(): string | undefined {
    if (this.#passedOver.size === 0) return undefined;
    return `spec.override passed over ${[...this.#passedOver].join(', ')}, because: ${this.#overrideReason}`;
  }

  /**
   * Evaluates, and records the restart of a validator: from then on it counts as down.
   *
   * @returns `undefined` when the task may be sent, `gone` when the SeiNode no longer exists, or why it has to wait.
   */
  async evaluate(lastRestartMs: number | undefined): Promise<undefined | 'gone' | GuardObstacle> {
    const { plan, guard, attempt } = this.#options;
    const { permits, seiNodes } = this.#dependencies;
    const { node, cluster } = plan.task;
    const seiNode = await readSeiNode(seiNodes, node, attempt.signal);
    if (seiNode === undefined || (node.uid !== undefined && seiNode.metadata.uid !== node.uid)) return 'gone';
    const target = guardTargetOf(seiNode);
    this.#chainId = target.chainId;
    const question = { guard, target, cluster, lastRestartMs, attempt };
    const pass = await passGuard(this.#dependencies, question, async (permitId) => {
      const taken = await permits.acquire(permitId, ownWorkflowId());
      return 'heldBy' in taken ? holderText(taken.heldBy.workflowId) : undefined;
    });
    if ('obstacle' in pass) return pass.obstacle;
    const { decision } = pass;
    if (decision.mayHavePower && target.chainId !== undefined)
      await recordRestart(this.#dependencies, target.chainId, {
        decision,
        cluster,
        node,
        holder: ownWorkflowId(),
        nowMs: attempt.nowMs,
      });
    this.#tell(decision);
    this.evaluatedAt = performance.now();
    return undefined;
  }

  /**
   * The task waits again: others may take down a validator until it has its turn.
   *
   * @param sent - By an earlier attempt.
   */
  async release(sent: Sent): Promise<void> {
    const { guard, attempt } = this.#options;
    this.evaluatedAt = undefined;
    if (this.#chainId === undefined || guard.mode !== 'Enforce') return;
    await endRestart(this.#dependencies, this.#chainId, { holder: ownWorkflowId(), sent, endedAtMs: attempt.nowMs });
  }

  get #overrideReason(): string {
    return this.#options.guard.overrideReason ?? '';
  }

  /** Each verdict once, however often the task is evaluated. */
  #tell({ passedOver }: GuardDecision): void {
    const { task } = this.#options.plan;
    for (const { verdict, message } of passedOver) {
      if (this.#passedOver.has(verdict)) continue;
      this.#passedOver.add(verdict);
      const note = `spec.override passed over ${verdict}: ${message} Because: ${this.#overrideReason}`;
      recordEvents(this.#dependencies, guardEvents(subjectsOf(task), { by: 'override', verdict, note }));
      this.#dependencies.log('GuardPassedOver', { ...taskFields(task), reason: verdict, detail: message });
    }
  }
}
