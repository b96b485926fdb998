import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../dev/now.ts';
import type { Leftovers } from './observations.ts';
import type { TaskLog } from './task-log.ts';
import type { World } from './world.ts';

/**
 * What is open still changes within this time, in milliseconds, or never will: longer than the longest execution time
 * and the longest wait in a plan together. There is no limit beside it, for a busy machine takes its time.
 */
const QUIET_MS = 60_000;
const LOOK_MS = 500;

/** Waits until nothing is left, or nothing changes any more. @returns What is still there. */
export async function settle(world: World, tasks: TaskLog, signal: AbortSignal): Promise<Leftovers> {
  let seen = '';
  let quietSince = performance.now();
  for (;;) {
    const workflows = await openWorkflows(world);
    const { open, expired: expiredTasks, changes } = tasks;
    const isOver = workflows.length === 0 && open.length === 0 && expiredTasks.length === 0;
    const sees = JSON.stringify([workflows, changes]);
    if (sees !== seen) quietSince = performance.now();
    seen = sees;
    if (isOver || performance.now() - quietSince >= QUIET_MS) return { at: now(), workflows, expiredTasks };
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** Ids of all that runs in Temporal: the server is this run's alone. */
async function openWorkflows({ temporal }: World): Promise<string[]> {
  const open: string[] = [];
  for await (const { workflowId } of temporal.workflow.list({ query: "ExecutionStatus = 'Running'" })) open.push(workflowId);
  return open;
}
