import {
  ApplicationFailure,
  CancelledFailure,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { CancelRequest } from '../api/temporal/cancel-request.ts';
import { printable } from '../lib/printable.ts';
import { provenanceOf } from '../api/provenance.ts';
import type { SpecChange } from '../api/temporal/spec-change.ts';
import { searchAttributes } from '../api/temporal/search-attributes.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import { kindOf, nodeNameOf, taskInputOf, type ChangeValueTexts } from '../api/temporal/task-input.ts';
import { RUNBOOK_WORKFLOW_ID_PREFIX } from '../api/temporal/runbook-input.ts';
import { WORKFLOW_ID_PREFIX, workflowIdOf } from '../api/temporal/workflow-id.ts';
import type { WorkflowReference } from '../core/next-status.ts';
import type { TaskOutcome, Verdict } from '../api/temporal/task-outcome.ts';
import { workflowCancelled, workflowTerminated } from '../core/verdict.ts';
import { workflowUrl } from '../core/workflow-url.ts';
import { listWorkflowIds } from './list-workflow-ids.ts';
import { workflowDetails } from './workflow-details.ts';

/**
 * Time limit for the Temporal server to answer a start, in milliseconds. After that the status says that it does not
 * answer.
 */
const START_MS = 5_000;
/** Time limit for any other call, in milliseconds, also for a worker to accept an update. Then the caller retries. */
const CALL_MS = 10_000;

export interface TaskWorkflowsOptions {
  readonly client: Client;
  readonly taskQueue: string;
  /** Uid of the cluster's `kube-system` namespace. */
  readonly clusterId: string;
  /** Unset: `status.workflow` has no link. */
  readonly temporalUiUrl: string | undefined;
  /**
   * Whether the Temporal namespace has our search attributes at the moment. Without them the service works, but lists
   * cannot be filtered.
   */
  readonly searchAttributes: { readonly areKnown: boolean };
  /**
   * Whether a worker of this process may begin a workflow at once. Not with Worker Versioning: the worker would begin it
   * although another version is current.
   */
  readonly startsEagerly: boolean;
}

/** Starts, finds and cancels the workflows of SeiNodeTasks on the Temporal server. */
export class TaskWorkflows {
  readonly #options: TaskWorkflowsOptions;

  constructor(options: TaskWorkflowsOptions) {
    this.#options = options;
  }

  /** The workflow as `status.workflow` names it. */
  referenceTo(id: string): WorkflowReference {
    const { namespace } = this.#options.client.options;
    return { id, namespace, ...workflowUrl(this.#options.temporalUiUrl, { id, namespace }) };
  }

  /**
   * @param texts - Those of a parameter change.
   * @returns `closed` when the resource's workflow has run and is closed: it is never started a second time.
   */
  async start(task: SeiNodeTask, texts?: ChangeValueTexts): Promise<'open' | 'closed'> {
    const { client, taskQueue } = this.#options;
    const kind = kindOf(task);
    try {
      await client.withDeadline(Date.now() + START_MS, () =>
        client.workflow.start(kind, {
          workflowId: workflowIdOf(task.metadata),
          taskQueue,
          args: [{ ...taskInputOf(task, texts), cluster: this.#options.clusterId }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          ...this.#searchAttributesOf(task, kind),
          memo: { ...provenanceOf(task.metadata) },
          staticDetails: workflowDetails(task),
          staticSummary: `${kind} ${task.metadata.namespace}/${printable(nodeNameOf(task), 256)}`,
          requestEagerStart: this.#options.startsEagerly,
        }),
      );
      return 'open';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'closed';
      throw error;
    }
  }

  #searchAttributesOf(task: SeiNodeTask, kind: string): Pick<WorkflowStartOptions, 'typedSearchAttributes'> {
    if (!this.#options.searchAttributes.areKnown) return {};
    return {
      typedSearchAttributes: [
        { key: searchAttributes.cluster, value: this.#options.clusterId },
        { key: searchAttributes.namespace, value: task.metadata.namespace },
        { key: searchAttributes.node, value: nodeNameOf(task) },
        { key: searchAttributes.kind, value: kind },
      ],
    };
  }

  /** The verdict of a closed workflow, also of one that was terminated without an outcome. */
  async verdictOf(workflowId: string): Promise<Verdict> {
    try {
      return ((await this.#call(workflowId, (handle) => handle.result())) as TaskOutcome).verdict;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { cause } = error;
      const hasDetails = cause instanceof ApplicationFailure || cause instanceof CancelledFailure;
      const outcome = hasDetails ? (cause.details?.[0] as TaskOutcome | undefined) : undefined;
      if (outcome !== undefined) return outcome.verdict;
      return cause instanceof CancelledFailure ? workflowCancelled(workflowId) : workflowTerminated(workflowId);
    }
  }

  /** @returns Whether there was an open workflow to cancel. */
  async cancel(workflowId: string): Promise<boolean> {
    try {
      await this.#call(workflowId, (handle) => handle.cancel());
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  /**
   * Cancels the task of an open workflow, with the reason; does nothing when the workflow is closed. The update carries
   * the reason, the cancellation makes Temporal show the workflow as cancelled.
   */
  async requestCancel(workflowId: string, why: string): Promise<void> {
    try {
      await this.#call(workflowId, (handle) =>
        handle.startUpdate<void, [CancelRequest]>('cancel', {
          args: [{ why }],
          updateId: 'cancel-annotation',
          waitForStage: 'ACCEPTED',
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    await this.cancel(workflowId);
  }

  /** Sends the changed part of the spec to an open workflow; does nothing when the workflow is closed. */
  async specChanged(workflowId: string, change: SpecChange): Promise<void> {
    try {
      await this.#call(workflowId, (handle) => handle.signal<[SpecChange]>('specChanged', change));
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  /** A call without a limit would wait forever for a server that does not answer. */
  async #call<Result>(workflowId: string, call: (handle: WorkflowHandle) => Promise<Result>): Promise<Result> {
    const { client } = this.#options;
    return await client.withDeadline(Date.now() + CALL_MS, () => call(client.workflow.getHandle(workflowId)));
  }

  /**
   * Id of an earlier task's workflow: of one that had the same name in this cluster. Unset: Temporal has none, no longer
   * has it, or cannot tell it from those of other clusters.
   */
  async earlierOf(task: SeiNodeTask['metadata']): Promise<string | undefined> {
    if (!this.#options.searchAttributes.areKnown) return undefined;
    const ofItsName = `WorkflowId STARTS_WITH '${workflowIdOf({ ...task, uid: '' })}'`;
    for await (const workflowId of listWorkflowIds(this.#options.client, `${ofItsName} AND ${this.#ofThisCluster}`))
      if (workflowId !== workflowIdOf(task)) return workflowId;
    return undefined;
  }

  /** Whether open workflows can be listed by cluster: only our search attribute tells clusters apart. */
  get canListOpen(): boolean {
    return this.#options.searchAttributes.areKnown;
  }

  /** Ids of this cluster's open workflows, as the (eventually consistent) visibility store lists them. */
  async *listOpen(): AsyncGenerator<string, void, undefined> {
    yield* listWorkflowIds(this.#options.client, `ExecutionStatus = 'Running' AND ${this.#ofThisCluster}`);
  }

  /**
   * Ids of workflows that have closed. Without search attributes, also those of other clusters.
   *
   * @param sinceMs - In milliseconds since the epoch.
   */
  async *listClosed(sinceMs: number): AsyncGenerator<string, void, undefined> {
    const ours = this.#options.searchAttributes.areKnown
      ? this.#ofThisCluster
      : `(WorkflowId STARTS_WITH '${WORKFLOW_ID_PREFIX}' OR WorkflowId STARTS_WITH '${RUNBOOK_WORKFLOW_ID_PREFIX}')`;
    yield* listWorkflowIds(
      this.#options.client,
      `ExecutionStatus != 'Running' AND CloseTime > '${new Date(sinceMs).toISOString()}' AND ${ours}`,
    );
  }

  get #ofThisCluster(): string {
    return `${searchAttributes.cluster.name} = '${this.#options.clusterId}'`;
  }
}
