import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { Log } from '../api/log.ts';
import { holderText } from '../api/temporal/permit-id.ts';
import { abortable } from '../lib/abortable.ts';
import { CodelessWorkflows, ifFound } from './codeless-workflows.ts';

const { HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT } = proto.temporal.api.enums.v1.HistoryEventFilterType;
const WORKFLOW_TYPE = 'NodePermit';

/** The current holder of a permit. */
export interface PermitHolder {
  readonly runId: string;
  /** Id of the workflow that holds it. Unset: somebody started the permit by hand. */
  readonly workflowId: string | undefined;
}

/**
 * Permits give one holder at a time exclusive use of a node, or the right to take down a validator of a chain. A permit
 * is a workflow that runs no code and whose id names the node or the chain: Temporal allows one open workflow per id,
 * and refuses a second start at once. Its memo names the workflow id of its holder. It does not depend on the run, so a
 * holder that was reset still has it.
 */
export class NodePermits {
  readonly #client: Client;
  readonly #workflows: CodelessWorkflows;
  readonly #log: Log;

  constructor(client: Client, log: Log) {
    this.#client = client;
    this.#workflows = new CodelessWorkflows(client);
    this.#log = log;
  }

  /**
   * Tries to acquire a permit. A permit whose holder has closed is terminated first.
   *
   * @param holder - Id of the workflow that will hold it.
   * @returns The run of the permit, or its current holder.
   */
  async acquire(
    permitId: string,
    holder: string,
  ): Promise<{ readonly runId: string } | { readonly heldBy: PermitHolder }> {
    for (;;) {
      const runId = await this.#workflows.start({
        id: permitId,
        type: WORKFLOW_TYPE,
        memo: { holder },
        summary: `Held by ${holderText(holder)}`,
      });
      if (runId !== undefined) {
        this.#log('PermitAcquired', { permit: permitId, holder });
        return { runId };
      }
      const permit = await this.#read(permitId);
      if (permit?.workflowId === holder) return { runId: permit.runId };
      if (permit === undefined) continue;
      if (permit.workflowId === undefined || (await this.#workflows.isOpen(permit.workflowId)))
        return { heldBy: permit };
      if (await this.#workflows.end(permitId, permit.runId))
        this.#log('PermitFreed', { permit: permitId, holder: permit.workflowId });
    }
  }

  /** Whoever holds a permit. Unset: nobody, or a workflow that has closed. */
  async holderOf(permitId: string): Promise<PermitHolder | undefined> {
    const permit = await this.#read(permitId);
    if (permit?.workflowId === undefined) return permit;
    return (await this.#workflows.isOpen(permit.workflowId)) ? permit : undefined;
  }

  /** Whether a workflow holds a permit. */
  async isHeldBy(permitId: string, holder: string): Promise<boolean> {
    return (await this.#read(permitId))?.workflowId === holder;
  }

  /**
   * Releases the permit that a workflow holds, if it holds it.
   *
   * @param runId - The run of the permit, as far as it is known. If that has ended, the workflow may hold a later one.
   */
  async release(permitId: string, holder: string, runId?: string): Promise<void> {
    if ((await this.#end(permitId, runId)) || (await this.#end(permitId, await this.#heldBy(permitId, holder))))
      this.#log('PermitReleased', { permit: permitId, holder });
  }

  async #end(permitId: string, runId: string | undefined): Promise<boolean> {
    return runId !== undefined && (await this.#workflows.end(permitId, runId));
  }

  /** Resolves when the permit is released, or when the server ends the long poll, after about 20 s. */
  async ended(permitId: string, { runId }: PermitHolder, signal: AbortSignal): Promise<void> {
    const { workflowService, options } = this.#client;
    const question = workflowService.getWorkflowExecutionHistory({
      namespace: options.namespace,
      execution: { workflowId: permitId, runId },
      waitNewEvent: true,
      historyEventFilterType: HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
    });
    // A handle's `result()` asks the same, but cannot be aborted on a worker's connection.
    await ifFound(abortable(question, signal));
  }

  async #read(permitId: string): Promise<PermitHolder | undefined> {
    const permit = await this.#workflows.read(permitId);
    return permit && { runId: permit.runId, workflowId: permit.memo('holder') as string | undefined };
  }

  /** The run of the permit, if this workflow holds it. */
  async #heldBy(permitId: string, holder: string): Promise<string | undefined> {
    const permit = await this.#read(permitId);
    return permit?.workflowId === holder ? permit.runId : undefined;
  }
}
