import type { Client } from '@temporalio/client';
import { present } from '../lib/present.ts';

/**
 * Ids of the workflows that a query finds. The SDK's own list decodes the memo of each workflow, and fails as a whole
 * when this process lacks the key of one.
 */
export async function* listWorkflowIds(
  { workflowService, options: { namespace } }: Client,
  query: string,
): AsyncGenerator<string, void, undefined> {
  let nextPageToken: Uint8Array | null | undefined;
  do {
    const page = await workflowService.listWorkflowExecutions({ namespace, query, ...present({ nextPageToken }) });
    for (const { execution } of page.executions) if (execution?.workflowId) yield execution.workflowId;
    ({ nextPageToken } = page);
  } while (nextPageToken?.length);
}
