import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { taskId } from '../api/task-id.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { planTask, sidecarTaskRequest, type TaskPlan } from '../api/task-plan.ts';
import { timestamp } from '../api/status-update.ts';
import { cancelledBeforeDispatch, type Verdict } from '../api/verdict.ts';
import { awaitTarget } from './await-target.ts';
import { execute } from './execute.ts';
import { countVerdict } from './metrics.ts';
import { showOutcome, showTask } from './search-attributes.ts';
import type { Execution } from './sidecar-steps.ts';
import { mirrorTargetOf, mirrorVerdict } from './status-mirror.ts';

interface CarriedOut {
  readonly verdict: Verdict;
  readonly execution?: Execution;
}

/** The life of a task of any kind, from its input to its verdict. */
export async function runTask(kind: string, input: unknown): Promise<TaskOutcome> {
  const planned = planTask(kind, input);
  const { verdict, execution }: CarriedOut = 'plan' in planned ? await carryOut(planned.plan) : planned;
  await CancellationScope.nonCancellable(() => mirrorVerdict(mirrorTargetOf(input), verdict));
  showOutcome(verdict);
  countVerdict(kind, verdict);
  return outcomeOrFailure({
    kind,
    verdict,
    ...('plan' in planned ? { node: planned.plan.node } : {}),
    ...(execution === undefined
      ? {}
      : { taskId: execution.taskId, executionStartedAt: timestamp(execution.startedAtMs) }),
    endedAt: timestamp(Date.now()),
  });
}

async function carryOut(plan: TaskPlan): Promise<CarriedOut> {
  showTask(plan);
  try {
    const target = await awaitTarget(plan);
    if ('verdict' in target) return target;
    const built = sidecarTaskRequest(plan, target.node);
    if ('verdict' in built) return built;
    const execution = beginExecution(plan);
    return { execution, verdict: await execute(plan, execution, built.request) };
  } catch (error) {
    if (isCancellation(error)) return { verdict: cancelledBeforeDispatch() };
    throw error;
  }
}

function beginExecution({ kind, node, mirrorTo, timeoutMs }: TaskPlan): Execution {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const startedAtMs = Date.now();
  return {
    node,
    taskId: taskId(mirrorTo?.uid ?? `${workflowId}/${firstExecutionRunId}`, kind),
    startedAtMs,
    ...(timeoutMs === undefined ? {} : { deadlineMs: startedAtMs + timeoutMs }),
  };
}

/** A workflow shows red what is red: a runbook that composes it gets an exception. */
function outcomeOrFailure(outcome: TaskOutcome): TaskOutcome {
  const { phase, reason, message } = outcome.verdict;
  if (phase === 'Complete') return outcome;
  if (reason === 'Cancelled') throw new CancelledFailure(message, [outcome]);
  throw ApplicationFailure.create({ type: reason, message, details: [outcome], nonRetryable: true });
}
