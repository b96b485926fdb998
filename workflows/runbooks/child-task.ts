import { ApplicationFailure, executeChild, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../core/activities.ts';
import type { TaskInput } from '../../api/temporal/task-input.ts';
import type { TaskKind } from '../../api/task-kinds.ts';
import type { TaskOutcome } from '../../api/temporal/task-outcome.ts';
import { SHORT } from '../activity-options.ts';

/** Where the service is that carries out a runbook's steps. */
export interface ServiceQueue {
  /** Its task queue (`TASK_QUEUE`). Unset: that of the runbook, which is then part of the service. */
  readonly taskQueue?: string;
}

/** A task as a step of a runbook. */
export interface ChildTask<Kind extends TaskKind = TaskKind> {
  /** Ends the child's workflow id; unique in the runbook. */
  readonly step: string;
  /** Begins the child's workflow id. Default: the id of the workflow that calls. */
  readonly runbook?: string;
  /**
   * Whether a second start of the id is refused, also after the first one has ended: a runbook that is reset in Temporal
   * then sends the task no second time. Default: no.
   */
  readonly isOnce?: boolean;
  readonly kind: Kind;
  readonly input: TaskInput<Kind>;
}

/**
 * Runs a task of any kind as a child workflow with id `<runbook>/<step>`. When the runbook is cancelled or ends, the child is asked
 * to cancel: a restart that was sent is still watched to its end.
 *
 * @returns The outcome of a task that is Complete.
 * @throws ChildWorkflowFailure whose cause is an ApplicationFailure of type = the reason, details = the outcome.
 */
export async function runChildTask<Kind extends TaskKind>(
  { step, runbook = workflowInfo().workflowId, isOnce = false, kind, input }: ChildTask<Kind>,
  { taskQueue }: ServiceQueue = {},
): Promise<TaskOutcome> {
  const { namespace, name } = input.node;
  return (await executeChild(kind, {
    taskQueue,
    workflowId: `${runbook}/${step}`,
    staticSummary: `${kind} ${namespace}/${name}`,
    parentClosePolicy: 'REQUEST_CANCEL',
    ...(isOnce && { workflowIdReusePolicy: 'REJECT_DUPLICATE' }),
    args: [input],
  })) as TaskOutcome;
}

/**
 * Checks the inputs of a runbook's tasks before the first of them is started.
 *
 * @throws ApplicationFailure of type ParamsBuildFailed or DeserializeFailed, not retryable, naming field and value.
 */
export async function validateTasks(
  tasks: readonly Pick<ChildTask, 'kind' | 'input'>[],
  { taskQueue }: ServiceQueue = {},
): Promise<void> {
  const { validateTasks: validate } = proxyActivities<Activities>({ ...SHORT, taskQueue, summary: 'Check the inputs' });
  const problem = await validate(tasks.map(({ kind, input }) => ({ kind, input })));
  if (problem !== undefined)
    throw ApplicationFailure.create({ type: problem.reason, message: problem.message, nonRetryable: true });
}
