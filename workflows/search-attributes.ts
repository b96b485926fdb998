import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { searchAttributes } from '../api/search-attributes.ts';
import type { TaskPlan } from '../api/task-plan.ts';
import type { Verdict } from '../api/verdict.ts';

/** Makes a run that the bridge did not start, such as a runbook's child, findable like those that it did. */
export function showTask({ kind, node }: TaskPlan): void {
  if (workflowInfo().typedSearchAttributes.get(searchAttributes.node) !== undefined) return;
  upsertSearchAttributes([
    { key: searchAttributes.namespace, value: node.namespace },
    { key: searchAttributes.node, value: node.name },
    { key: searchAttributes.kind, value: kind },
  ]);
}

export function showOutcome(verdict: Verdict): void {
  upsertSearchAttributes([{ key: searchAttributes.outcome, value: verdict.reason }]);
}
