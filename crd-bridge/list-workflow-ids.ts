import type { Client } from '@temporalio/client';
import { present } from '../lib/present.ts';

/** Time limit for one page, in milliseconds. */
const PAGE_MS = 10_000;

/**
 * Ids of the workflows that a query finds. The SDK's own list decodes the memo of each workflow, and fails as a whole
 * when this process lacks the key of one.
 */
export async function* listWorkflowIds(client: Client, query: string): AsyncGenerator<string, void, undefined> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array | null | undefined;
  do {
    const request = { namespace, query, ...present({ nextPageToken }) };
    const page = await client.withDeadline(Date.now() + PAGE_MS, () =>
      client.workflowService.listWorkflowExecutions(request),
    );
    for (const { execution } of page.executions) if (execution?.workflowId) yield execution.workflowId;
    ({ nextPageToken } = page);
  } while (nextPageToken?.length);
}
