import type { LocalServers } from '../dev/start-local-servers.ts';

type Temporal = Pick<LocalServers['temporal'], 'uiUrl' | 'namespace'>;

/** The page of one run of a workflow. */
export function workflowPage({ uiUrl, namespace }: Temporal, { workflowId, runId }: { workflowId: string; runId: string }): string {
  return `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`;
}

/** The list of the workflows that match a visibility query. */
export function workflowList({ uiUrl, namespace }: Temporal, query: string): string {
  return `${uiUrl}/namespaces/${namespace}/workflows?query=${encodeURIComponent(query)}`;
}
