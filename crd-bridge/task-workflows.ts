import {
  ApplicationFailure,
  CancelledFailure,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { searchAttributes } from '../api/search-attributes.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import { kindOf, nodeNameOf, taskInputOf, workflowIdOf } from '../api/task-input.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { isTaskKind } from '../api/task-kinds.ts';

/** Workflow type of a resource that names none; it ends with UnsupportedKind. */
const NO_KIND = 'NoKind';

export interface TaskWorkflowsOptions {
  readonly client: Client;
  readonly taskQueue: string;
  /** Uid of the cluster's `kube-system` namespace. */
  readonly clusterId: string;
}

/** The workflows of SeiNodeTasks, as the Temporal server knows them. */
export class TaskWorkflows {
  readonly #options: TaskWorkflowsOptions;

  constructor(options: TaskWorkflowsOptions) {
    this.#options = options;
  }

  /** @returns `closed` when the resource's workflow ran before and is over: there is never a second one. */
  async start(task: SeiNodeTask): Promise<'open' | 'closed'> {
    const { client, taskQueue } = this.#options;
    const kind = kindOf(task) || NO_KIND;
    try {
      await client.workflow.start(kind, {
        workflowId: workflowIdOf(task.metadata),
        taskQueue,
        args: [taskInputOf(task)],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        typedSearchAttributes: this.#searchAttributesOf(task, kind),
        staticSummary: `${isTaskKind(kind) ? kind : 'Task'} ${task.metadata.namespace}/${nodeNameOf(task)}`,
        requestEagerStart: true,
      });
      return 'open';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'closed';
      throw error;
    }
  }

  #searchAttributesOf(task: SeiNodeTask, kind: string): TypedSearchAttributes {
    return new TypedSearchAttributes([
      { key: searchAttributes.cluster, value: this.#options.clusterId },
      { key: searchAttributes.namespace, value: task.metadata.namespace },
      { key: searchAttributes.node, value: nodeNameOf(task) },
      { key: searchAttributes.kind, value: kind },
    ]);
  }

  /** What a closed workflow left behind; `undefined` when it was ended from outside and left nothing. */
  async outcomeOf(workflowId: string): Promise<TaskOutcome | undefined> {
    try {
      return (await this.#options.client.workflow.getHandle(workflowId).result()) as TaskOutcome;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { cause } = error;
      const hasDetails = cause instanceof ApplicationFailure || cause instanceof CancelledFailure;
      return hasDetails ? (cause.details?.[0] as TaskOutcome | undefined) : undefined;
    }
  }

  /** @returns Whether there was an open workflow to cancel. */
  async cancel(workflowId: string): Promise<boolean> {
    try {
      await this.#options.client.workflow.getHandle(workflowId).cancel();
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /** Ids of this cluster's open workflows, as the (eventually consistent) visibility store lists them. */
  async *listOpen(): AsyncGenerator<string, void, undefined> {
    const query = `ExecutionStatus = 'Running' AND ${searchAttributes.cluster.name} = '${this.#options.clusterId}'`;
    for await (const { workflowId } of this.#options.client.workflow.list({ query })) yield workflowId;
  }
}
