import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';

/**
 * Resets a workflow in Temporal to its beginning, as somebody can in its UI.
 *
 * @returns The new run.
 */
export async function resetToFirstTask(
  { options, workflowService }: Client,
  workflow: WorkflowHandle,
): Promise<string> {
  const { events } = await workflow.fetchHistory();
  const first = events?.find(({ workflowTaskCompletedEventAttributes: completed }) => completed);
  const { runId } = await workflowService.resetWorkflowExecution({
    namespace: options.namespace,
    workflowExecution: { workflowId: workflow.workflowId },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: first?.eventId ?? assert.fail('no workflow task was completed'),
  });
  return runId;
}
