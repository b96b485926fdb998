import { activityInfo } from '@temporalio/activity';

/** Id of the workflow that has scheduled this activity. */
export function ownWorkflowId(): string {
  return activityInfo().workflowExecution?.workflowId ?? '';
}
