import { Context } from '@temporalio/activity';
import type proto from '@temporalio/proto';

/**
 * What Temporal knows of this activity while it is not over.
 *
 * @returns `undefined` when it is over for Temporal: it was cancelled, timed out, or another attempt has ended it.
 * @throws ServiceError when Temporal does not answer.
 */
export async function ownPendingActivity(): Promise<proto.temporal.api.workflow.v1.IPendingActivityInfo | undefined> {
  const { client, info } = Context.current();
  const { workflowId = '', runId } = info.workflowExecution ?? {};
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  return raw.pendingActivities?.find(({ activityId }) => activityId === info.activityId);
}
