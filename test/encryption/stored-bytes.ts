import type { Client, WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
const { DescribeWorkflowExecutionResponse } = proto.temporal.api.workflowservice.v1;

/** Everything that Temporal stores of a workflow, in its bytes: its history, and what describing it tells. */
export async function storedBytes(client: Client, { workflowId }: Pick<WorkflowHandle, 'workflowId'>): Promise<Buffer> {
  const { namespace } = client.options;
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const description = await client.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
  return Buffer.concat([
    History.encode(history).finish(),
    DescribeWorkflowExecutionResponse.encode(description).finish(),
  ]);
}
