import type { WorkflowHandle } from '@temporalio/client';

/** Whether somebody has asked a workflow to cancel, as its history tells. */
export async function wasAskedToCancel(workflow: WorkflowHandle): Promise<boolean> {
  const { events } = await workflow.fetchHistory();
  return events?.some(({ workflowExecutionCancelRequestedEventAttributes: asked }) => asked) ?? false;
}
