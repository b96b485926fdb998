import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../dev/now.ts';
import { observePermit, PERMIT_PREFIX } from './observe-permits.ts';
import type { Leftovers, ObservedPermit } from './observations.ts';
import type { TaskLog } from './task-log.ts';
import type { ChaosStack } from './start-chaos-stack.ts';

/**
 * What is open still changes within this time, in milliseconds, or never will: longer than the longest execution time
 * and the longest wait in a plan together. There is no other limit, since a busy machine is slow.
 */
const QUIET_MS = 60_000;
const LOOK_MS = 500;

/** Waits until nothing is left, or nothing changes. @returns What is still there. */
export async function settle(stack: ChaosStack, tasks: TaskLog, signal: AbortSignal): Promise<Leftovers> {
  let seen = '';
  let quietSince = performance.now();
  for (;;) {
    const { workflows, permits } = await openWorkflows(stack);
    const { open, expired: expiredTasks, changes } = tasks;
    // A permit whose holder has ended stays until somebody wants the node.
    const isHeld = permits.some(({ holderClosedAt }) => holderClosedAt === undefined);
    const isOver = workflows.length === 0 && !isHeld && open.length === 0 && expiredTasks.length === 0;
    const sees = JSON.stringify([workflows, permits, changes]);
    if (sees !== seen) quietSince = performance.now();
    seen = sees;
    if (isOver || performance.now() - quietSince >= QUIET_MS) return { at: now(), workflows, permits, expiredTasks };
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** All that runs in Temporal: the server is this run's alone. */
async function openWorkflows({ temporal }: ChaosStack): Promise<Pick<Leftovers, 'workflows' | 'permits'>> {
  const workflows: string[] = [];
  const permits: ObservedPermit[] = [];
  for await (const { workflowId } of temporal.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    const permit = workflowId.startsWith(PERMIT_PREFIX) ? await observePermit(temporal, workflowId) : undefined;
    if (permit !== undefined) permits.push(permit);
    else if (!workflowId.startsWith(PERMIT_PREFIX)) workflows.push(workflowId);
  }
  return { workflows, permits };
}
