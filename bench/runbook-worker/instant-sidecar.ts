import type { SidecarClient } from '../../activities/sidecar-client.ts';

type Calls = Pick<SidecarClient, 'getTask' | 'listTasks' | 'postTask' | 'deleteTask' | 'isAlive'>;

/** Sidecars in memory that are done with a task as soon as they have accepted it. */
export function instantSidecar(): SidecarClient {
  const accepted = new Set<string>();
  const calls: Calls = {
    getTask: async (_node, id) => (accepted.has(id) ? { id, status: 'completed' } : undefined),
    // Without an earlier restart, so that no node is held back for it.
    listTasks: async () => [],
    postTask: async (_node, { id }) => {
      accepted.add(id);
      return 'accepted';
    },
    deleteTask: async (_node, id) => accepted.delete(id),
    isAlive: async () => true,
  };
  return calls as SidecarClient;
}
