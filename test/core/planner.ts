import assert from 'node:assert/strict';
import { planTask, type Planner, type TaskPlan } from '../../core/task-plan.ts';

/** The workflow that asks for the plans of these tests. */
export const planner: Planner = { workflowId: 'runbook/restart', firstRunId: 'first-run', cluster: 'cluster-uid' };

export function planned(kind: string, input: unknown): TaskPlan {
  const result = planTask(kind, input, planner);
  return 'plan' in result ? result.plan : assert.fail(result.verdict.message);
}

/** Why there can be no plan. */
export function refusal(kind: string, input: unknown): { readonly reason: string; readonly message: string } {
  const result = planTask(kind, input, planner);
  if ('plan' in result) assert.fail(`planned: ${JSON.stringify(result.plan)}`);
  return { reason: result.verdict.reason, message: result.verdict.message };
}
