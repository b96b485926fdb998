import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { Log } from '../api/log.ts';
import { holderText } from '../api/temporal/permit-id.ts';
import { abortable } from '../lib/abortable.ts';

const { HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT } = proto.temporal.api.enums.v1.HistoryEventFilterType;
const status = proto.temporal.api.enums.v1.WorkflowExecutionStatus;
const { WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE } = proto.temporal.api.enums.v1.WorkflowIdReusePolicy;
const { WORKFLOW_ID_CONFLICT_POLICY_FAIL } = proto.temporal.api.enums.v1.WorkflowIdConflictPolicy;

/** A workflow in any other state is open, also one that an operator has paused. */
const CLOSED: readonly unknown[] = [
  status.WORKFLOW_EXECUTION_STATUS_COMPLETED,
  status.WORKFLOW_EXECUTION_STATUS_FAILED,
  status.WORKFLOW_EXECUTION_STATUS_CANCELED,
  status.WORKFLOW_EXECUTION_STATUS_TERMINATED,
  status.WORKFLOW_EXECUTION_STATUS_TIMED_OUT,
];
const WORKFLOW_TYPE = 'NodePermit';
/** No worker polls this task queue: a permit runs no code and is open until it is released. */
const TASK_QUEUE = 'seinode-permit';
/** Delay of the first workflow task, in seconds: it saves the server a task that no worker would pick up. */
const START_DELAY_SECONDS = 365 * 86_400;
/** gRPC codes. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;

/** The current holder of a permit. */
export interface PermitHolder {
  readonly runId: string;
  /** Id of the workflow that holds it. Unset: somebody started the permit by hand. */
  readonly workflowId: string | undefined;
}

interface OpenPermit {
  readonly runId: string;
  /** Id of the workflow that holds the permit. Unset: somebody started the permit by hand. */
  readonly holder: string | undefined;
}

/**
 * Permits give one holder at a time exclusive use of a node. A permit is a workflow that runs no code and whose id
 * names the node: Temporal allows one open workflow per id, and refuses a second start at once. Its memo names the
 * workflow id of its holder. It does not depend on the run, so a holder that was reset still has it.
 */
export class NodePermits {
  readonly #client: Client;
  readonly #log: Log;

  constructor(client: Client, log: Log) {
    this.#client = client;
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
      const runId = await this.#start(permitId, holder);
      if (runId !== undefined) {
        this.#log('PermitAcquired', { permit: permitId, holder });
        return { runId };
      }
      const permit = await this.#read(permitId);
      if (permit?.holder === holder) return { runId: permit.runId };
      if (permit === undefined) continue;
      if (permit.holder === undefined || (await this.#isOpen(permit.holder)))
        return { heldBy: { runId: permit.runId, workflowId: permit.holder } };
      if (await this.#end(permitId, permit.runId))
        this.#log('PermitFreed', { permit: permitId, holder: permit.holder });
    }
  }

  /**
   * Releases the permit that a workflow holds, if it holds it.
   *
   * @param runId - The run of the permit. Unset: it is looked up.
   */
  async release(permitId: string, holder: string, runId?: string): Promise<void> {
    const heldRunId = runId ?? (await this.#heldBy(permitId, holder));
    if (heldRunId !== undefined && (await this.#end(permitId, heldRunId)))
      this.#log('PermitReleased', { permit: permitId, holder });
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

  async #start(permitId: string, holder: string): Promise<string | undefined> {
    const { workflowService, options } = this.#client;
    try {
      const { runId } = await workflowService.startWorkflowExecution({
        namespace: options.namespace,
        workflowId: permitId,
        workflowType: { name: WORKFLOW_TYPE },
        taskQueue: { name: TASK_QUEUE },
        requestId: randomUUID(),
        workflowIdReusePolicy: WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
        workflowIdConflictPolicy: WORKFLOW_ID_CONFLICT_POLICY_FAIL,
        workflowStartDelay: { seconds: START_DELAY_SECONDS as never },
        memo: { fields: { holder: defaultPayloadConverter.toPayload(holder) } },
        userMetadata: { summary: defaultPayloadConverter.toPayload(`Held by ${holderText(holder)}`) },
      });
      return runId;
    } catch (error) {
      if (codeOf(error) === ALREADY_EXISTS) return undefined;
      throw error;
    }
  }

  async #read(permitId: string): Promise<OpenPermit | undefined> {
    const info = await this.#openInfo(permitId);
    if (!info?.execution?.runId) return undefined;
    const holder = info.memo?.fields?.['holder'];
    return {
      runId: info.execution.runId,
      holder: holder ? defaultPayloadConverter.fromPayload<string>(holder) : undefined,
    };
  }

  /** The run of the permit, if this workflow holds it. */
  async #heldBy(permitId: string, holder: string): Promise<string | undefined> {
    const permit = await this.#read(permitId);
    return permit?.holder === holder ? permit.runId : undefined;
  }

  async #isOpen(workflowId: string): Promise<boolean> {
    return (await this.#openInfo(workflowId)) !== undefined;
  }

  async #openInfo(workflowId: string) {
    const { workflowService, options } = this.#client;
    const description = await ifFound(
      workflowService.describeWorkflowExecution({ namespace: options.namespace, execution: { workflowId } }),
    );
    const info = description?.workflowExecutionInfo;
    return info && !CLOSED.includes(info.status) ? info : undefined;
  }

  /**
   * Does nothing when it has already closed. Deletes it, so that lists of workflows contain no old permits; where that
   * is not allowed, it is terminated.
   *
   * @returns Whether it was there.
   */
  async #end(permitId: string, runId: string): Promise<boolean> {
    const { workflowService, options } = this.#client;
    const workflow = { namespace: options.namespace, workflowExecution: { workflowId: permitId, runId } };
    try {
      return (await ifFound(workflowService.deleteWorkflowExecution(workflow))) !== undefined;
    } catch (error) {
      if (![PERMISSION_DENIED, UNIMPLEMENTED].includes(codeOf(error))) throw error;
      const ended = workflowService.terminateWorkflowExecution({ ...workflow, reason: 'released' });
      return (await ifFound(ended)) !== undefined;
    }
  }
}

async function ifFound<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (codeOf(error) === NOT_FOUND) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): number {
  return Number((error as { readonly code?: unknown }).code);
}
