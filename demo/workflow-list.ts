import type { LocalServers } from '../dev/start-local-servers.ts';

type Temporal = Pick<LocalServers['temporal'], 'uiUrl' | 'namespace'>;

/** The list of the workflows that match a visibility query. */
export function workflowList({ uiUrl, namespace }: Temporal, query: string): string {
  return `${uiUrl}/namespaces/${namespace}/workflows?query=${encodeURIComponent(query)}`;
}
