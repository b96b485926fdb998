import { proxyLocalActivities, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import { searchAttributes } from '../api/search-attributes.ts';
import type { TaskPlan } from '../api/task-plan.ts';
import type { Verdict } from '../api/verdict.ts';
import { INTERMEDIATE_MIRROR } from './activity-options.ts';

const { knowsSearchAttributes } = proxyLocalActivities<Activities>({ ...INTERMEDIATE_MIRROR, summary: 'Ask for the search attributes' });

function isShown(): boolean {
  return workflowInfo().typedSearchAttributes.get(searchAttributes.node) !== undefined;
}

/**
 * Makes a run that the bridge did not start, such as a runbook's child, findable like those that it did. Setting
 * attributes that the Temporal namespace does not know would block the workflow, so the worker is asked.
 */
export async function showTask({ kind, node, mirrorTo }: TaskPlan): Promise<void> {
  if (isShown() || mirrorTo !== undefined || !(await knowsSearchAttributes())) return;
  upsertSearchAttributes([
    { key: searchAttributes.namespace, value: node.namespace },
    { key: searchAttributes.node, value: node.name },
    { key: searchAttributes.kind, value: kind },
  ]);
}

export function showOutcome(verdict: Verdict): void {
  if (isShown()) upsertSearchAttributes([{ key: searchAttributes.outcome, value: verdict.reason }]);
}
