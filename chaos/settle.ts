import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../dev/now.ts';
import type { Leftovers } from './observations.ts';
import type { TaskLog } from './task-log.ts';
import type { World } from './world.ts';

/** Longest time from the last fault until all is over, in milliseconds: several envelopes, one after the other on one node. */
const SETTLE_MS = 120_000;
const LOOK_MS = 500;

/** Waits until nothing is left, or gives up. @returns What is still there. */
export async function settle(world: World, tasks: TaskLog, signal: AbortSignal): Promise<Leftovers> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const workflows = await openWorkflows(world);
    const isOver = workflows.length === 0 && tasks.open.length === 0 && tasks.expired.length === 0;
    if (isOver || performance.now() >= deadline) return { at: now(), workflows, expiredTasks: tasks.expired };
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** Ids of all that runs in Temporal: the server is this run's alone. */
async function openWorkflows({ temporal }: World): Promise<string[]> {
  const open: string[] = [];
  for await (const { workflowId } of temporal.workflow.list({ query: "ExecutionStatus = 'Running'" })) open.push(workflowId);
  return open;
}
