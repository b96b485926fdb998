import { activityInfo } from '@temporalio/activity';

/** Id of the workflow that scheduled this activity. */
export function ownWorkflowId(): string {
  return activityInfo().workflowExecution?.workflowId ?? '';
}
