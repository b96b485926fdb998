import { activityInfo, cancellationSignal, Context } from '@temporalio/activity';
import type {
  Activities,
  DispatchHeartbeat,
  PollHeartbeat,
  TakeOffHeartbeat,
  TargetWaitState,
} from '../core/activities.ts';
import type { GuardMode } from '../api/guard-verdicts.ts';
import type { Log } from '../api/log.ts';
import { permitIdOf } from '../api/temporal/permit-id.ts';
import { present } from '../lib/present.ts';
import { problemEvent } from '../core/task-events.ts';
import { mirrorTargetOf, type TaskIdentity } from '../api/temporal/task-input.ts';
import { waitingInQueue } from '../core/queueing.ts';
import { planTask } from '../core/task-plan.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { Attempt } from './attempt.ts';
import { checkTarget, isOwnPermit, permitOf, type TargetDependencies } from './check-target.ts';
import { TaskDispatch } from './dispatch-task.ts';
import { assertCluster } from './errors.ts';
import { mirrorStatus, recordEvents, writeStatus, type MirrorDependencies } from './mirror-status.ts';
import type { GuardWaits } from './guard-waits.ts';
import { NodePermits } from './node-permits.ts';
import { ownWorkflowId } from './own-workflow-id.ts';
import { PermitLine } from './permit-line.ts';
import { PermitWait } from './permit-wait.ts';
import { TaskPoll, type PollDependencies } from './poll-task.ts';
import { ChainRestarts } from './chain-restarts.ts';
import { endRestart, type GuardDependencies } from './pass-guard.ts';
import { takeOffTask } from './take-off-task.ts';
import { TargetWait } from './target-wait.ts';

/**
 * Part of the heartbeat timeout after which heartbeats are repeated: a dispatch has to learn soon that it is cancelled,
 * and there are many polls.
 */
const DISPATCH_BEAT = 0.2;
const POLL_BEAT = 0.7;
/** Attempts to read a target before the status reports the problem: about 2 s. */
const QUIET_ATTEMPTS = 4;

export interface ActivityDependencies extends MirrorDependencies, Omit<PollDependencies, 'polls'> {
  /** Uid of the `kube-system` namespace of the cluster that this worker is in. */
  readonly clusterId: string;
  /** Whether the Temporal namespace has our search attributes at the moment. */
  readonly searchAttributes: { readonly areKnown: boolean };
  readonly chains: GuardDependencies['chains'];
  /** Those of this process. Unset: nothing is measured. */
  readonly guardWaits?: GuardWaits | undefined;
  /** Mode of the guard of a task whose spec has none. */
  readonly guardDefault: GuardMode;
  /** Aborted when the process shuts down: another worker then continues the waits. */
  readonly shutdown: AbortSignal;
}

export function createActivities(given: ActivityDependencies): Activities {
  const dependencies = { ...given, log: logWithWorkflow(given.log) };
  const { clusterId, shutdown, searchAttributes, log, metrics, guardDefault } = dependencies;
  const line = new PermitLine((waiters) => metrics?.set('sei_permit_waiters', {}, waiters));
  /** For the permits of chains. */
  const chainLine = new PermitLine();
  const polls = { inFlight: 0 };
  const target = (): TargetDependencies => ({
    ...dependencies,
    permits: new NodePermits(Context.current().client, log),
    restarts: new ChainRestarts(Context.current().client),
  });
  const ours = ({ cluster }: Pick<TaskIdentity, 'cluster'>): void => assertCluster(cluster, clusterId);
  return {
    checkTargetPhase: async ({ kind, input, firstRunId }) => {
      const planner = { workflowId: ownWorkflowId(), firstRunId, cluster: clusterId, guardDefault };
      const planned = planTask(kind, input, planner);
      if ('verdict' in planned)
        return {
          state: 'over',
          task: unplanned(kind, input, clusterId),
          verdict: planned.verdict,
          knowsSearchAttributes: searchAttributes.areKnown,
        };
      const { plan } = planned;
      ours(plan.task);
      try {
        const checked = await checkTarget(target(), plan, cancellationSignal());
        return { ...checked, knowsSearchAttributes: searchAttributes.areKnown };
      } catch (error) {
        if (error instanceof KubernetesError && activityInfo().attempt >= QUIET_ATTEMPTS)
          await tellProblem(dependencies, plan.task, error);
        throw error;
      }
    },
    awaitTarget: async ({ plan, earlier }) => {
      ours(plan.task);
      using attempt = new Attempt<TargetWaitState>(shutdown, DISPATCH_BEAT);
      await attempt.countWaitForWorker();
      using wait = new TargetWait(target(), { plan, attempt, line, chainLine, earlier });
      try {
        for (;;) {
          const end = await wait.pass();
          if (end !== undefined) return { ...end, waited: wait.state };
        }
      } catch (error) {
        // By a change of the spec, or a cancel: the next wait has the same place and limits.
        if (attempt.isCancelRequested) {
          if (attempt.isCancelled) wait.measure('Cancelled');
          return { ...wait.waiting, waited: wait.state };
        }
        return attempt.leave(error);
      }
    },
    dispatchTask: async (request) => {
      ours(request.plan.task);
      using attempt = new Attempt<DispatchHeartbeat>(shutdown, DISPATCH_BEAT);
      await attempt.countWaitForWorker();
      return { ...(await new TaskDispatch(target(), request, attempt).run()), inFlight: polls.inFlight };
    },
    pollTask: async ({ permitRunId, ...request }) => {
      ours(request.plan.task);
      using attempt = new Attempt<PollHeartbeat>(shutdown, POLL_BEAT);
      const { plan } = request;
      // Not by the dispatch: a repeated attempt of it would set the image again, over that of the next holder.
      if ('image' in request.request && isOwnPermit(plan))
        await target().permits.release(permitOf(plan), plan.permitHolder, permitRunId);
      return await new TaskPoll({ ...dependencies, polls }, request, attempt).run();
    },
    takeOffTask: async (request) => {
      ours(request.plan.task);
      using attempt = new Attempt<TakeOffHeartbeat>(shutdown, POLL_BEAT);
      return await takeOffTask(dependencies, request, attempt);
    },
    mirrorStatus: async ({ permit, chainPermit, ...request }) => {
      ours(request.task);
      if (chainPermit !== undefined) {
        const { chainId, sent, wasSeenToEnd } = chainPermit;
        const { endedAtMs } = request;
        await endRestart(target(), chainId, { holder: ownWorkflowId(), sent, endedAtMs, wasSeenToEnd });
      }
      if (permit !== undefined) await target().permits.release(permit.permitId, permit.holder, permit.runId);
      return await mirrorStatus(dependencies, request, cancellationSignal());
    },
    acquireNodePermit: async (node, { atMostMs } = { atMostMs: Number.POSITIVE_INFINITY }) => {
      using attempt = new Attempt<{ waitingFor: string }>(shutdown, DISPATCH_BEAT);
      using wait = new PermitWait({
        permits: target().permits,
        line,
        attempt,
        permitId: permitIdOf(clusterId, node),
        holder: ownWorkflowId(),
        tasks: dependencies.tasks,
        metrics,
      });
      try {
        for (const sinceMs = attempt.nowMs; ;) {
          const taken = await wait.acquire(sinceMs);
          if ('permitRunId' in taken) return undefined;
          const leftMs = sinceMs + atMostMs - attempt.nowMs;
          const obstacle = { by: 'permit', holder: taken.heldBy } as const;
          if (leftMs <= 0) return { waitingFor: waitingInQueue(node, obstacle, undefined) };
          attempt.heartbeat({ waitingFor: taken.heldBy });
          await wait.wait(leftMs);
        }
      } catch (error) {
        return attempt.leave(error);
      }
    },
    releaseNodePermit: async (node) => await target().permits.release(permitIdOf(clusterId, node), ownWorkflowId()),
    validateTasks: async (tasks) => {
      for (const { kind, input } of tasks) {
        const planned = planTask(kind, input, { workflowId: ownWorkflowId(), firstRunId: '', cluster: clusterId });
        if ('verdict' in planned) return planned.verdict;
      }
      return undefined;
    },
  };
}

/** Every line of an activity names its workflow. */
function logWithWorkflow(log: Log): Log {
  return (event, fields) => {
    const { workflowId, runId } = activityInfo().workflowExecution ?? {};
    log(event, { ...fields, ...present({ workflowId, runId }) });
  };
}

/** Identifies the task when the input gives no plan: enough to write the resource's status. */
function unplanned(kind: string, input: unknown, cluster: string): TaskIdentity {
  return {
    cluster,
    kind,
    node: { namespace: '', name: '' },
    taskId: '',
    ...present({ mirrorTo: mirrorTargetOf(input) }),
    provenance: {},
  };
}

async function tellProblem(
  dependencies: MirrorDependencies,
  task: TaskIdentity,
  error: KubernetesError,
): Promise<void> {
  const change = {
    step: 'noted',
    progress: {
      step: 'WaitingForTarget',
      message: `The SeiNode cannot be read; retrying. Last problem: ${error.message}`,
    },
  } as const;
  await writeStatus(
    dependencies,
    task,
    { change, atMs: activityInfo().currentAttemptScheduledTimestampMs },
    cancellationSignal(),
  ).catch(() => undefined);
  if (task.mirrorTo !== undefined) recordEvents(dependencies, [problemEvent(task.mirrorTo, error.code, error.message)]);
}
