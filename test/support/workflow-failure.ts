import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';

/** Waits for the workflow's end and returns why it failed, was cancelled or terminated. */
export async function workflowFailure(handle: WorkflowHandle): Promise<Error | undefined> {
  try {
    await handle.result();
  } catch (error) {
    if (error instanceof WorkflowFailedError) return error.cause;
    throw error;
  }
  throw new Error(`workflow ${handle.workflowId} completed`);
}
