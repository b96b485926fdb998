import type { MirrorTarget } from './task-input.ts';

export const WORKFLOW_ID_PREFIX = 'seinodetask/';

/** Readable and unique for each resource ever created, also under a name that is used again. */
export function workflowIdOf(metadata: { namespace: string; name: string; uid: string }): string {
  return `${WORKFLOW_ID_PREFIX}${metadata.namespace}/${metadata.name}/${metadata.uid}`;
}

/** @returns `undefined` when the id is not one that `workflowIdOf` makes. */
export function parseWorkflowId(workflowId: string): MirrorTarget | undefined {
  const [, namespace, name, uid] = /^seinodetask\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(workflowId) ?? [];
  if (namespace === undefined || name === undefined || uid === undefined) return undefined;
  return { namespace, name, uid };
}
