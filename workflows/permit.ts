import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { CancellationScope, proxyLocalActivities, startChild, type ChildWorkflowHandle } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import { permitIdOf } from '../api/node-permit.ts';
import { taskKinds } from '../api/task-kinds.ts';
import type { TaskPlan } from '../api/task-plan.ts';
import { INTERMEDIATE_MIRROR } from './activity-options.ts';
import { NodePermit } from './node-permit.ts';

const { readClusterId } = proxyLocalActivities<Activities>({ ...INTERMEDIATE_MIRROR, summary: 'Ask which cluster this is' });

/** The right of a task whose kind changes its node to have its node to itself; other kinds need
 * none. The Temporal server takes it back when the task's workflow closes in any way. */
export class Permit {
  readonly #plan: TaskPlan;
  #id: string | undefined;
  #held: { readonly scope: CancellationScope; readonly child: ChildWorkflowHandle<typeof NodePermit> } | undefined;

  constructor(plan: TaskPlan) {
    this.#plan = plan;
  }

  /** The id of the workflow that is the permit, whoever has it. */
  async id(): Promise<string> {
    this.#id ??= permitIdOf(await CancellationScope.nonCancellable(readClusterId), this.#plan.node);
    return this.#id;
  }

  /** Whether the task has the permit, or needs none. */
  get isHeld(): boolean {
    return this.#held !== undefined || !taskKinds[this.#plan.kind].changesNode;
  }

  /**
   * Tries to get the permit; `isHeld` tells whether that worked. A task that is cancelled may have to be watched to its
   * end, so its cancellation does not reach the permit.
   */
  async take(): Promise<void> {
    if (this.isHeld) return;
    const { kind, node } = this.#plan;
    const workflowId = await this.id();
    const scope = await CancellationScope.nonCancellable(async () => new CancellationScope());
    try {
      const child = await scope.run(() =>
        startChild(NodePermit, {
          workflowId,
          parentClosePolicy: 'TERMINATE',
          staticSummary: `${kind} has ${node.namespace}/${node.name}`,
        }),
      );
      this.#held = { scope, child };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  /** Gives the permit back before the task is over, so that others need not wait while this one does. */
  async release(): Promise<void> {
    if (this.#held === undefined) return;
    const { scope, child } = this.#held;
    this.#held = undefined;
    scope.cancel();
    await CancellationScope.nonCancellable(() => child.result().catch(() => undefined));
  }
}
