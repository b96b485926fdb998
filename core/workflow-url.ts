interface WorkflowAddress {
  readonly id: string;
  readonly runId?: string | undefined;
  readonly namespace: string;
}

/**
 * The page of a workflow in the Temporal UI, or of its latest run.
 *
 * @param uiUrl - Where the UI is; without it there is no link.
 */
export function workflowUrl(uiUrl: string | undefined, { id, runId, namespace }: WorkflowAddress): { url?: string } {
  if (uiUrl === undefined) return {};
  const page = `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(id)}`;
  return { url: runId === undefined ? page : `${page}/${runId}/history` };
}
