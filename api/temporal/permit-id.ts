import type { NodeReference } from '../node-reference.ts';
import { printable } from '../../lib/printable.ts';
import { RUNBOOK_WORKFLOW_ID_PREFIX } from './runbook-input.ts';
import { parseWorkflowId } from './workflow-id.ts';

/** Id of the workflow that is open exactly while a task or runbook holds the node's permit. */
export function permitIdOf(clusterId: string, { namespace, name }: NodeReference): string {
  return `seinode-permit/${clusterId}/${namespace}/${name}`;
}

/**
 * Id of the workflow that is open exactly while a task may take down a validator of the chain. Chains are the same in
 * every cluster, so all clusters on one Temporal namespace share it.
 */
export function chainPermitIdOf(chainId: string): string {
  return `${CHAIN_PERMIT}${chainId}`;
}

const CHAIN_PERMIT = 'seichain-permit/';

/** Whether its holder may be in another cluster. */
export function isSharedPermit(permitId: string): boolean {
  return permitId.startsWith(CHAIN_PERMIT);
}

/** Id of the workflow that records which validators of the chain were restarted and have not been seen to sign. */
export function chainRestartsIdOf(chainId: string): string {
  return `seichain-restarts/${chainId}`;
}

const RUNBOOK = new RegExp(`^${RUNBOOK_WORKFLOW_ID_PREFIX}[^/]+/([^/]+)/`);

/**
 * How a holder is called in messages.
 *
 * @param workflowId - Of the workflow that holds the permit. Unset: a person started the permit's workflow by hand.
 */
export function holderText(workflowId: string | undefined): string {
  if (workflowId === undefined) return 'a permit that was taken by hand';
  const task = parseWorkflowId(workflowId);
  if (task !== undefined) return `SeiNodeTask ${printable(task.name, 253)}`;
  // A runbook's nodes and restarts have workflows of their own.
  const [, runbook] = RUNBOOK.exec(workflowId) ?? [];
  return runbook === undefined ? `workflow ${printable(workflowId, 300)}` : `SeiNodeRunbook ${printable(runbook, 253)}`;
}
