import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import type { ObservedPermit } from './observations.ts';

/** Begin the ids of permits, whose last part is the name of the node, or the id of the chain. */
const PERMIT_PREFIXES = ['seinode-permit/', 'seichain-permit/'];
/** Begins the id of a record, not of a permit: it stays until somebody restarts a validator again. */
export const CHAIN_RESTARTS_PREFIX = 'seichain-restarts/';

export function isPermit(workflowId: string): boolean {
  return PERMIT_PREFIXES.some((prefix) => workflowId.startsWith(prefix));
}

/** @returns `undefined` when it was released before the check. */
export async function observePermit(client: Client, permitId: string): Promise<ObservedPermit | undefined> {
  const permit = await describe(client, permitId);
  if (permit?.status.name !== 'RUNNING') return undefined;
  const holder = (permit.memo?.['holder'] ?? '') as string;
  return {
    id: permitId,
    node: permitId.split('/').at(-1) ?? '',
    holder,
    holderClosedAt: await closedAt(client, holder),
  };
}

/** Milliseconds since 1970; 0 for a workflow that there is not, unset for one that is open. */
async function closedAt(client: Client, workflowId: string): Promise<number | undefined> {
  const holder = await describe(client, workflowId);
  if (holder === undefined) return 0;
  return holder.status.name === 'RUNNING' ? undefined : (holder.closeTime?.getTime() ?? 0);
}

async function describe(client: Client, workflowId: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
