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
import { ResourceWorkflows, type ResourceWorkflowsOptions } from './resource-workflows.ts';
import { workflowDetails } from './workflow-details.ts';

export interface TaskWorkflowsOptions extends ResourceWorkflowsOptions {
  /** Unset: `status.workflow` has no link. */
  readonly temporalUiUrl: string | undefined;
  /**
   * Whether a worker of this process may begin a workflow at once. Not with Worker Versioning: the worker would begin it
   * although another version is current.
   */
  readonly startsEagerly: boolean;
}

/** Starts, finds and cancels the workflows of SeiNodeTasks on the Temporal server. */
export class TaskWorkflows extends ResourceWorkflows<TaskWorkflowsOptions> {
  /** The workflow as `status.workflow` names it. */
  referenceTo(id: string): WorkflowReference {
    const { namespace } = this.options.client.options;
    return { id, namespace, ...workflowUrl(this.options.temporalUiUrl, { id, namespace }) };
  }

  /**
   * @param texts - Those of a parameter change.
   * @returns `closed` when the resource's workflow has run and is closed: it is never started a second time.
   */
  async start(task: SeiNodeTask, texts?: ChangeValueTexts): Promise<'open' | 'closed'> {
    const kind = kindOf(task);
    const node = nodeNameOf(task);
    const { namespace } = task.metadata;
    return await this.startOnce({
      workflowId: workflowIdOf(task.metadata),
      kind,
      input: { ...taskInputOf(task, texts), cluster: this.options.clusterId },
      namespace,
      node,
      memo: { ...provenanceOf(task.metadata) },
      staticDetails: workflowDetails(task),
      staticSummary: `${kind} ${namespace}/${printable(node, 256)}`,
      requestEagerStart: this.options.startsEagerly,
    });
  }

  /** The verdict of a closed workflow, also of one that was terminated without an outcome. */
  async verdictOf(workflowId: string): Promise<Verdict> {
    const { outcome, isCancelled } = await this.ended<TaskOutcome>(workflowId);
    if (outcome !== undefined) return outcome.verdict;
    return isCancelled ? workflowCancelled(workflowId) : workflowTerminated(workflowId);
  }

  /**
   * Cancels the task of an open workflow, with the reason; does nothing when the workflow is closed. The update carries
   * the reason, the cancellation makes Temporal show the workflow as cancelled.
   */
  async requestCancel(workflowId: string, why: string): Promise<void> {
    await this.tellOpen(workflowId, (handle) =>
      handle.startUpdate<void, [CancelRequest]>('cancel', {
        args: [{ why }],
        updateId: 'cancel-annotation',
        waitForStage: 'ACCEPTED',
      }),
    );
    await this.cancel(workflowId);
  }

  /** Sends the changed part of the spec to an open workflow; does nothing when the workflow is closed. */
  async specChanged(workflowId: string, change: SpecChange): Promise<void> {
    await this.tellOpen(workflowId, (handle) => handle.signal<[SpecChange]>('specChanged', change));
  }

  /**
   * Id of an earlier task's workflow: of one that had the same name in this cluster. Unset: Temporal has none, no longer
   * has it, or cannot tell it from those of other clusters.
   */
  async earlierOf(task: SeiNodeTask['metadata']): Promise<string | undefined> {
    if (!this.options.searchAttributes.areKnown) return undefined;
    const ofItsName = `WorkflowId STARTS_WITH '${workflowIdOf({ ...task, uid: '' })}'`;
    for await (const workflowId of listWorkflowIds(this.options.client, `${ofItsName} AND ${this.#ofThisCluster}`))
      if (workflowId !== workflowIdOf(task)) return workflowId;
    return undefined;
  }

  /** Whether open workflows can be listed by cluster: only our search attribute tells clusters apart. */
  get canListOpen(): boolean {
    return this.options.searchAttributes.areKnown;
  }

  /** Ids of this cluster's open workflows, as the (eventually consistent) visibility store lists them. */
  async *listOpen(): AsyncGenerator<string, void, undefined> {
    yield* listWorkflowIds(this.options.client, `ExecutionStatus = 'Running' AND ${this.#ofThisCluster}`);
  }

  /**
   * Ids of workflows that have closed. Without search attributes, also those of other clusters.
   *
   * @param sinceMs - In milliseconds since the epoch.
   */
  async *listClosed(sinceMs: number): AsyncGenerator<string, void, undefined> {
    const ours = this.options.searchAttributes.areKnown
      ? this.#ofThisCluster
      : `(WorkflowId STARTS_WITH '${WORKFLOW_ID_PREFIX}' OR WorkflowId STARTS_WITH '${RUNBOOK_WORKFLOW_ID_PREFIX}')`;
    yield* listWorkflowIds(
      this.options.client,
      `ExecutionStatus != 'Running' AND CloseTime > '${new Date(sinceMs).toISOString()}' AND ${ours}`,
    );
  }

  get #ofThisCluster(): string {
    return `${searchAttributes.cluster.name} = '${this.options.clusterId}'`;
  }
}
