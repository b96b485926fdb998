import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../dev/now.ts';
import { CHAIN_RESTARTS_PREFIX, isPermit, observePermit } from './observe-permits.ts';
import type { Leftovers, ObservedPermit } from './observations.ts';
import type { RollingRestartLog } from './rolling-restart-log.ts';
import type { TaskLog } from './task-log.ts';
import type { ChaosStack } from './start-chaos-stack.ts';

/**
 * What is open still changes within this time, in milliseconds, or never will: longer than the longest execution time
 * and the longest wait in a plan together, and than the gate of a node. There is no other limit, since a busy machine is slow.
 */
const QUIET_MS = 120_000;
const LOOK_MS = 500;

/** Waits until nothing is left, or nothing changes. @returns What is still there. */
export async function settle(
  stack: ChaosStack,
  logs: readonly Pick<TaskLog | RollingRestartLog, 'open' | 'expired' | 'changes'>[],
  signal: AbortSignal,
): Promise<Leftovers> {
  let seen = '';
  let quietSince = performance.now();
  for (;;) {
    const { workflows, permits } = await openWorkflows(stack);
    const open = logs.flatMap((log) => log.open);
    const expired = logs.flatMap((log) => log.expired);
    // A permit whose holder has ended stays until somebody wants the node.
    const isHeld = permits.some(({ holderClosedAt }) => holderClosedAt === undefined);
    const isOver = workflows.length === 0 && !isHeld && open.length === 0 && expired.length === 0;
    const sees = JSON.stringify([workflows, permits, logs.map(({ changes }) => changes)]);
    if (sees !== seen) quietSince = performance.now();
    seen = sees;
    if (isOver || performance.now() - quietSince >= QUIET_MS) return { at: now(), workflows, permits, expired };
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** All that runs in Temporal: the server is this run's alone. */
async function openWorkflows({ temporal }: ChaosStack): Promise<Pick<Leftovers, 'workflows' | 'permits'>> {
  const workflows: string[] = [];
  const permits: ObservedPermit[] = [];
  for await (const { workflowId } of temporal.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    if (workflowId.startsWith(CHAIN_RESTARTS_PREFIX)) continue;
    const permit = isPermit(workflowId) ? await observePermit(temporal, workflowId) : undefined;
    if (permit !== undefined) permits.push(permit);
    else if (!isPermit(workflowId)) workflows.push(workflowId);
  }
  return { workflows, permits };
}
