import type { Client } from '@temporalio/client';
import { taskId } from '../core/task-id.ts';
import type { ObservedRunbook } from './observations.ts';
import type { PlannedRunbook } from './plan/plan-work.ts';

const children = [
  ['restart', 'RestartSeid'],
  ['await-height', 'AwaitNodesAtHeight'],
] as const;

/** How runbooks ended, and the ids under which a sidecar knows what they did. */
export async function observeRunbooks(
  temporal: Client,
  runbooks: readonly PlannedRunbook[],
): Promise<ObservedRunbook[]> {
  return await Promise.all(
    runbooks.map(async ({ workflowId, node }) => ({
      workflowId,
      node,
      taskIds: (
        await Promise.all(children.map(([step, kind]) => childTaskId(temporal, `${workflowId}/${step}`, kind)))
      ).flat(),
      end: (await temporal.workflow.getHandle(workflowId).describe()).status.name,
    })),
  );
}

/** A step that was never begun has none. */
async function childTaskId(temporal: Client, workflowId: string, kind: string): Promise<string[]> {
  const description = await temporal.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => undefined);
  return description === undefined ? [] : [taskId(`${workflowId}/${description.runId}`, kind)];
}
