import { ApplicationFailure, CancellationScope, CancelledFailure, isCancellation, patched } from '@temporalio/workflow';
import { cancelledBeforeDispatch, withWhy } from '../api/cancel-verdicts.ts';
import { withNotice } from '../api/progress.ts';
import type { SeiNode } from '../api/sei-node.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { planTask, sidecarTaskRequest, type TaskPlan } from '../api/task-plan.ts';
import type { BegunTask } from '../api/task-input.ts';
import { taskKinds } from '../api/task-kinds.ts';
import { timestamp } from '../api/status-update.ts';
import type { Verdict } from '../api/verdict.ts';
import { awaitTarget, begunTarget } from './await-target.ts';
import { beginExecution } from './begin-execution.ts';
import { Cancellation } from './cancellation.ts';
import { execute } from './execute.ts';
import { countVerdict } from './metrics.ts';
import { showOutcome, showTask } from './search-attributes.ts';
import type { Execution } from './execution.ts';
import { StatusMirror } from './status-mirror.ts';
import { TaskDisplay } from './task-display.ts';
import type { TaskRun } from './task-run.ts';
import { updateImage } from './update-image.ts';

interface CarriedOut {
  readonly verdict: Verdict;
  readonly execution?: Execution;
}

/** The life of a task of any kind, from its input to its verdict. */
export async function runTask(kind: string, input: unknown): Promise<TaskOutcome> {
  const display = new TaskDisplay();
  const mirror = new StatusMirror(kind, input);
  const planned = planTask(kind, input);
  const cancellation = new Cancellation('plan' in planned ? planned.plan.cancelled : undefined);
  const { verdict: end, execution }: CarriedOut =
    'plan' in planned ? await cancellation.run(() => carryOut({ plan: planned.plan, mirror, display, notice: undefined })) : planned;
  const verdict = withWhy(end, cancellation.why);
  await CancellationScope.nonCancellable(() => mirror.verdict(verdict));
  display.show({ step: verdict.reason, message: verdict.message }, execution);
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

async function carryOut(run: TaskRun): Promise<CarriedOut> {
  const { plan, mirror } = run;
  mirror.provenance = plan.provenance;
  await showTask(plan);
  const end = await attempt(run);
  const begun = end.execution === undefined && plan.begun === undefined ? await begunBefore(mirror) : undefined;
  return begun === undefined ? end : await attempt({ ...run, plan: { ...plan, begun } });
}

/**
 * What a task that is about to end unbegun had begun all the same: a Temporal server that was restored from a backup
 * has forgotten it, the resource's status has not. It is never sent again.
 */
async function begunBefore(mirror: StatusMirror): Promise<BegunTask | undefined> {
  if (!patched('begun-before-a-restore')) return undefined;
  const recorded = await CancellationScope.nonCancellable(() => mirror.step({ step: 'accepted' }));
  return 'verdict' in recorded || recorded.begun === undefined ? undefined : { ...recorded.begun, accepted: true };
}

async function attempt(run: TaskRun): Promise<CarriedOut> {
  const { plan, mirror } = run;
  try {
    const target = await (plan.begun === undefined ? awaitTarget(run) : begunTarget(run));
    if ('verdict' in target) return target;
    mirror.node = { ...plan.node, uid: target.node.metadata.uid };
    const built = buildRequest(plan, target.node);
    if ('verdict' in built) return built;
    const begun = await beginExecution(run);
    if ('verdict' in begun) return begun;
    const { execution } = begun;
    const verdict = await ('request' in built ? execute(run, execution, built.request) : updateImage(run, execution, target.node));
    return { execution, verdict: withNotice(verdict, run.notice) };
  } catch (error) {
    if (isCancellation(error)) return { verdict: cancelledBeforeDispatch() };
    throw error;
  }
}

/** An image is not set by the sidecar, so there is no request for it. */
function buildRequest(plan: TaskPlan, node: SeiNode): ReturnType<typeof sidecarTaskRequest> | { readonly image: true } {
  return taskKinds[plan.kind].endsWith === 'image' ? { image: true } : sidecarTaskRequest(plan, node);
}

/** A workflow shows red what is red: a runbook that composes it gets an exception. */
function outcomeOrFailure(outcome: TaskOutcome): TaskOutcome {
  const { phase, reason, message } = outcome.verdict;
  if (phase === 'Complete') return outcome;
  if (reason === 'Cancelled') throw new CancelledFailure(message, [outcome]);
  throw ApplicationFailure.create({ type: reason, message, details: [outcome], nonRetryable: true });
}
