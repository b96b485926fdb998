import type { Client } from '@temporalio/client';
import { RUNBOOK_WORKFLOW_ID_PREFIX } from '../api/temporal/runbook-input.ts';
import { taskId } from '../core/task-id.ts';
import type { ObservedRollingRestart, ObservedTry, ObservedWorkflow } from './observations.ts';
import { observeWorkflow } from './observe-workflows.ts';
import type { LoggedRollingRestart } from './rolling-restart-log.ts';

/** `<workflow of the runbook>/<node>/<try>`; that of the restart in it has another part. */
const CHILD = new RegExp(
  `^(?<runbook>${RUNBOOK_WORKFLOW_ID_PREFIX}[^/]+/[^/]+/[^/]+)/(?<node>[^/]+)/(?<restart>restart/)?(?<count>\\d+)$`,
);
const CHILDREN = "WorkflowType = 'RestartGatedNode' OR WorkflowType = 'RestartSeid'";

interface Child {
  readonly runbook: string;
  readonly node: string;
  readonly count: number;
  readonly isRestart: boolean;
  readonly workflowId: string;
  readonly runId: string;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  readonly end: string;
}

/** What Temporal keeps of the runbooks: how they ended, each try at a node, and errors of their code. */
export async function observeRollingRestarts(
  temporal: Client,
  logged: readonly LoggedRollingRestart[],
): Promise<ObservedRollingRestart[]> {
  const children = Map.groupBy(await childrenOf(temporal), ({ runbook }) => runbook);
  const observed: ObservedRollingRestart[] = [];
  for (const { planned, workflowId, states, edits, deletedAt } of logged) {
    const own = children.get(workflowId) ?? [];
    const workflow = await observeWorkflow(temporal, workflowId);
    const workflows = await observeChildren(temporal, own);
    const errors = [workflow, ...workflows.values()].flatMap((each) => each?.errors ?? []);
    observed.push({ planned, states, edits, deletedAt, end: workflow?.end, tries: triesOf(own, workflows), errors });
  }
  return observed;
}

async function childrenOf(temporal: Client): Promise<Child[]> {
  const children: Child[] = [];
  for await (const execution of temporal.workflow.list({ query: CHILDREN })) {
    const { workflowId, runId, startTime, closeTime, status } = execution;
    const { runbook, node, restart, count } = CHILD.exec(workflowId)?.groups ?? {};
    if (runbook === undefined || node === undefined) continue;
    children.push({
      runbook,
      node,
      count: Number(count),
      isRestart: restart !== undefined,
      workflowId,
      runId,
      startedAt: startTime.getTime(),
      endedAt: closeTime?.getTime(),
      end: status.name,
    });
  }
  return children;
}

/** One history after the other: there may be hundreds. */
async function observeChildren(
  temporal: Client,
  children: readonly Child[],
): Promise<ReadonlyMap<string, ObservedWorkflow>> {
  const observed = new Map<string, ObservedWorkflow>();
  for (const { workflowId } of children) {
    const workflow = await observeWorkflow(temporal, workflowId);
    if (workflow !== undefined) observed.set(workflowId, workflow);
  }
  return observed;
}

function triesOf(children: readonly Child[], workflows: ReadonlyMap<string, ObservedWorkflow>): ObservedTry[] {
  return children
    .filter(({ isRestart }) => !isRestart)
    .map(({ workflowId, node, count, startedAt, endedAt, end }) => {
      const restart = children.find((each) => each.isRestart && each.node === node && each.count === count);
      const id = restart && taskId(`${restart.workflowId}/${restart.runId}`, 'RestartSeid');
      const { gatedAt, isHeld } = workflows.get(workflowId) ?? {};
      return { node, count, startedAt, endedAt, gatedAt, isHeld, end, taskId: id };
    })
    .toSorted((one, other) => one.startedAt - other.startedAt);
}
