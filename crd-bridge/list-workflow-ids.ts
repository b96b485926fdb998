import type { Client } from '@temporalio/client';
import { present } from '../lib/present.ts';

/**
 * Ids of the workflows that a query finds. The SDK's own list reads the memo of each, and one that this process lacks
 * the key for would hide all the others.
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
