import type { NodeReference } from '../../api/node-reference.ts';
import type { TaskInput } from '../../api/temporal/task-input.ts';
import type { TaskOutcome } from '../../api/temporal/task-outcome.ts';
import { runChildTask, type ChildTask, type ServiceQueue } from './child-task.ts';
import type { HeldNode } from './held-node.ts';

/** What is known of a held node counts instead of its option. */
export interface RestartOptions
  extends Omit<TaskInput<'RestartSeid'>, 'node' | 'payload'>, ServiceQueue, Pick<ChildTask, 'runbook'> {
  /**
   * Ends the child's workflow id. Default: `<namespace>/<node>/restart`. A second restart of a node needs another one: a
   * second start of an id is refused, so that a runbook that is reset in Temporal restarts no node again.
   */
  readonly step?: string;
}

/**
 * Restarts the seid of a node once, as a child workflow, and waits until its RPC serves again. A restart that was sent is
 * watched to its end also when the runbook is cancelled.
 *
 * @param node - One that `guarded` holds, or one whose permit the child waits for.
 * @throws As `runChildTask`, and WorkflowExecutionAlreadyStartedError when the child's id was started before.
 */
export async function restartSeid(node: NodeReference | HeldNode, options: RestartOptions = {}): Promise<TaskOutcome> {
  const { namespace, name, task, taskQueue = options.taskQueue } = node as NodeReference & Partial<HeldNode>;
  const { step = `${namespace}/${name}/restart`, runbook, taskQueue: _, ...input } = { ...options, ...task };
  return await runChildTask(
    {
      step,
      runbook,
      isOnce: true,
      kind: 'RestartSeid',
      input: { node: { namespace, name }, payload: {}, ...input },
    },
    { taskQueue },
  );
}
