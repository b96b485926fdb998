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
import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { searchAttributes } from '../api/temporal/search-attributes.ts';
import {
  runbookWorkflowIdOf,
  type RunbookCommand,
  type RunbookInput,
  type RunbookSettings,
} from '../api/temporal/runbook-input.ts';
import type { TaskWorkflowsOptions } from './task-workflows.ts';

/** Time limit for any call to Temporal, in milliseconds, also for a worker to answer an update. Then the caller retries. */
const CALL_MS = 10_000;

/** How a closed workflow ended. */
export interface RunbookEnd {
  readonly phase: 'Complete' | 'Failed' | 'Aborted';
  readonly reason: string;
  readonly message: string;
}

/** Starts, steers and cancels the workflows of SeiNodeRunbooks on the Temporal server. */
export class RunbookWorkflows {
  readonly #options: Pick<TaskWorkflowsOptions, 'client' | 'taskQueue' | 'clusterId' | 'searchAttributes'>;

  constructor(options: Pick<TaskWorkflowsOptions, 'client' | 'taskQueue' | 'clusterId' | 'searchAttributes'>) {
    this.#options = options;
  }

  /** @returns `closed` when the runbook's workflow has run and is closed: it is never started a second time. */
  async start({ metadata, spec = {} }: SeiNodeRunbook): Promise<'open' | 'closed'> {
    const { client, taskQueue, clusterId: cluster } = this.#options;
    const { namespace, name, uid, generation = 1 } = metadata;
    const mirrorTo = { namespace, name, uid };
    const input: RunbookInput = { namespace, spec, mirrorTo, cluster, generation };
    const kind = String(spec['kind']);
    try {
      await client.withDeadline(Date.now() + CALL_MS, () =>
        client.workflow.start(kind, {
          workflowId: runbookWorkflowIdOf(mirrorTo),
          taskQueue,
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          ...this.#searchAttributesOf(namespace, kind),
          staticSummary: `${kind} ${namespace}/${name}`,
        }),
      );
      return 'open';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'closed';
      throw error;
    }
  }

  #searchAttributesOf(namespace: string, kind: string): Pick<WorkflowStartOptions, 'typedSearchAttributes'> {
    if (!this.#options.searchAttributes.areKnown) return {};
    return {
      typedSearchAttributes: [
        { key: searchAttributes.cluster, value: this.#options.clusterId },
        { key: searchAttributes.namespace, value: namespace },
        { key: searchAttributes.kind, value: kind },
      ],
    };
  }

  /**
   * Sends `spec.control`. The answer is in the status, once the workflow has it.
   *
   * @throws WorkflowUpdateFailedError while the runbook is being planned.
   */
  async sendControl(workflowId: string, command: RunbookCommand): Promise<void> {
    await this.#update(workflowId, 'control', { updateId: `control-${command.id}`, argument: command });
  }

  /** Sends what else of the spec was edited. @throws WorkflowUpdateFailedError while the runbook is being planned. */
  async sendSettings(workflowId: string, settings: RunbookSettings): Promise<void> {
    await this.#update(workflowId, 'settings', { updateId: `settings-${settings.generation}`, argument: settings });
  }

  async #update(
    workflowId: string,
    name: string,
    { updateId, argument }: { readonly updateId: string; readonly argument: object },
  ): Promise<void> {
    try {
      await this.#call(workflowId, (handle) =>
        handle.executeUpdate<unknown, [object]>(name, { args: [argument], updateId }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
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

  /** How a closed workflow ended. Unset: it left no outcome. */
  async endOf(workflowId: string): Promise<RunbookEnd | undefined> {
    try {
      return (await this.#call(workflowId, (handle) => handle.result())) as RunbookEnd;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { cause } = error;
      const hasDetails = cause instanceof ApplicationFailure || cause instanceof CancelledFailure;
      return hasDetails ? (cause.details?.[0] as RunbookEnd | undefined) : undefined;
    }
  }

  /** A call without a limit would wait forever for a server that does not answer. */
  async #call<Result>(workflowId: string, call: (handle: WorkflowHandle) => Promise<Result>): Promise<Result> {
    const { client }: { readonly client: Client } = this.#options;
    return await client.withDeadline(Date.now() + CALL_MS, () => call(client.workflow.getHandle(workflowId)));
  }
}
