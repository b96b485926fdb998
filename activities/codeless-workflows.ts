import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

const status = proto.temporal.api.enums.v1.WorkflowExecutionStatus;
const { WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE } = proto.temporal.api.enums.v1.WorkflowIdReusePolicy;
const { WORKFLOW_ID_CONFLICT_POLICY_FAIL, WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING } =
  proto.temporal.api.enums.v1.WorkflowIdConflictPolicy;

/** A workflow in any other state is open, also one that an operator has paused. */
const CLOSED: readonly unknown[] = [
  status.WORKFLOW_EXECUTION_STATUS_COMPLETED,
  status.WORKFLOW_EXECUTION_STATUS_FAILED,
  status.WORKFLOW_EXECUTION_STATUS_CANCELED,
  status.WORKFLOW_EXECUTION_STATUS_TERMINATED,
  status.WORKFLOW_EXECUTION_STATUS_TIMED_OUT,
];
/** No worker polls this task queue: such a workflow runs no code and is open until it is ended. */
const TASK_QUEUE = 'seinode-permit';
/** Delay of the first workflow task, in seconds: it saves the server a task that no worker would pick up. */
const START_DELAY_SECONDS = 365 * 86_400;
/** gRPC codes. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;

export interface CodelessWorkflow {
  readonly id: string;
  readonly type: string;
  /** JSON values by name. They are not encrypted. */
  readonly memo: Readonly<Record<string, unknown>>;
  /** For the Temporal UI. */
  readonly summary: string;
  /** Whether it replaces one that is open under its id, at once. Default: it is then not started. */
  readonly replaces?: boolean;
}

/** Workflows that run no code. Their ids say that something is so, their memos what else is known of it. */
export class CodelessWorkflows {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** @returns Its run. `undefined`: one is open under its id, and it does not replace that. */
  async start({ id, type, memo, summary, replaces = false }: CodelessWorkflow): Promise<string | undefined> {
    const { workflowService, options } = this.#client;
    const fields = Object.entries(memo).map(([name, value]) => [name, defaultPayloadConverter.toPayload(value)]);
    try {
      const { runId } = await workflowService.startWorkflowExecution({
        namespace: options.namespace,
        workflowId: id,
        workflowType: { name: type },
        taskQueue: { name: TASK_QUEUE },
        requestId: randomUUID(),
        workflowIdReusePolicy: WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
        workflowIdConflictPolicy: replaces
          ? WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING
          : WORKFLOW_ID_CONFLICT_POLICY_FAIL,
        workflowStartDelay: { seconds: START_DELAY_SECONDS as never },
        memo: { fields: Object.fromEntries(fields) },
        userMetadata: { summary: defaultPayloadConverter.toPayload(summary) },
      });
      return runId;
    } catch (error) {
      if (codeOf(error) === ALREADY_EXISTS) return undefined;
      throw error;
    }
  }

  /** @returns `undefined` when none is open under the id. `memo`: a value by its name. */
  async read(id: string): Promise<{ readonly runId: string; readonly memo: (name: string) => unknown } | undefined> {
    const info = await this.#openInfo(id);
    if (!info?.execution?.runId) return undefined;
    const fields = info.memo?.fields ?? {};
    return {
      runId: info.execution.runId,
      memo: (name) => {
        const payload = fields[name];
        return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
      },
    };
  }

  async isOpen(workflowId: string): Promise<boolean> {
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
   * Deletes a run, so that lists of workflows contain no old ones; where that is not allowed, it is terminated. Does
   * nothing when it is no longer there.
   *
   * @returns Whether it was there.
   */
  async end(workflowId: string, runId: string): Promise<boolean> {
    const { workflowService, options } = this.#client;
    const workflow = { namespace: options.namespace, workflowExecution: { workflowId, runId } };
    try {
      return (await ifFound(workflowService.deleteWorkflowExecution(workflow))) !== undefined;
    } catch (error) {
      if (![PERMISSION_DENIED, UNIMPLEMENTED].includes(codeOf(error))) throw error;
      const ended = workflowService.terminateWorkflowExecution({ ...workflow, reason: 'released' });
      return (await ifFound(ended)) !== undefined;
    }
  }
}

/** `undefined` when the server has no such workflow. */
export async function ifFound<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
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
