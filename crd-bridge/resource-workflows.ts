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
import { searchAttributes } from '../api/temporal/search-attributes.ts';

/**
 * Time limit for the Temporal server to answer a start, in milliseconds. After that the status says that it does not
 * answer.
 */
const START_MS = 5_000;
/** Time limit for any other call, in milliseconds, also for a worker to accept an update. Then the caller retries. */
const CALL_MS = 10_000;

export interface ResourceWorkflowsOptions {
  readonly client: Client;
  readonly taskQueue: string;
  /** Uid of the cluster's `kube-system` namespace. */
  readonly clusterId: string;
  /**
   * Whether the Temporal namespace has our search attributes at the moment. Without them the service works, but lists
   * cannot be filtered.
   */
  readonly searchAttributes: { readonly areKnown: boolean };
}

/** What a workflow of a resource is started with, in addition to what every one has. */
interface Start extends Pick<WorkflowStartOptions, 'staticDetails' | 'staticSummary' | 'memo' | 'requestEagerStart'> {
  readonly workflowId: string;
  /** Of the resource. Also the name of the workflow's type. */
  readonly kind: string;
  readonly input: object;
  readonly namespace: string;
  /** Unset: it has more than one. */
  readonly node?: string;
}

/** How a closed workflow ended. */
interface WorkflowEnd<Outcome> {
  /** Its result, else the first of its failure's details. Unset: it left none. */
  readonly outcome?: Outcome | undefined;
  /** Unset: it was terminated, or has failed, or left an outcome. */
  readonly isCancelled?: boolean;
}

/** What the bridge asks of the workflow of a resource, whatever its kind. */
export class ResourceWorkflows<Options extends ResourceWorkflowsOptions> {
  protected readonly options: Options;

  constructor(options: Options) {
    this.options = options;
  }

  /** @returns Whether there was an open workflow to cancel. */
  async cancel(workflowId: string): Promise<boolean> {
    return await this.tellOpen(workflowId, (handle) => handle.cancel());
  }

  /**
   * Starts the workflow, or finds it running.
   *
   * @returns `closed` when the resource's workflow has run and is closed: it is never started a second time.
   */
  protected async startOnce({ kind, input, namespace, node, ...start }: Start): Promise<'open' | 'closed'> {
    const { client, taskQueue } = this.options;
    try {
      await client.withDeadline(Date.now() + START_MS, () =>
        client.workflow.start(kind, {
          ...start,
          taskQueue,
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          ...this.#searchAttributesOf({ kind, namespace, node }),
        }),
      );
      return 'open';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'closed';
      throw error;
    }
  }

  /** @returns Whether the workflow is open. A closed one is told nothing. */
  protected async tellOpen(workflowId: string, call: (handle: WorkflowHandle) => Promise<unknown>): Promise<boolean> {
    try {
      await this.#call(workflowId, call);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  protected async ended<Outcome>(workflowId: string): Promise<WorkflowEnd<Outcome>> {
    try {
      return { outcome: (await this.#call(workflowId, (handle) => handle.result())) as Outcome };
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { cause } = error;
      const hasDetails = cause instanceof ApplicationFailure || cause instanceof CancelledFailure;
      const outcome = hasDetails ? (cause.details?.[0] as Outcome | undefined) : undefined;
      return { outcome, isCancelled: cause instanceof CancelledFailure };
    }
  }

  /** A call without a limit would wait forever for a server that does not answer. */
  async #call<Result>(workflowId: string, call: (handle: WorkflowHandle) => Promise<Result>): Promise<Result> {
    const { client }: { readonly client: Client } = this.options;
    return await client.withDeadline(Date.now() + CALL_MS, () => call(client.workflow.getHandle(workflowId)));
  }

  #searchAttributesOf({
    kind,
    namespace,
    node,
  }: {
    readonly kind: string;
    readonly namespace: string;
    readonly node: string | undefined;
  }): Pick<WorkflowStartOptions, 'typedSearchAttributes'> {
    if (!this.options.searchAttributes.areKnown) return {};
    return {
      typedSearchAttributes: [
        { key: searchAttributes.cluster, value: this.options.clusterId },
        { key: searchAttributes.namespace, value: namespace },
        ...(node === undefined ? [] : [{ key: searchAttributes.node, value: node }]),
        { key: searchAttributes.kind, value: kind },
      ],
    };
  }
}
