import { cancellationSignal, Context } from '@temporalio/activity';
import type { GateProgress, RunbookActivities } from '../../core/runbook/runbook-activities.ts';
import { Attempt } from '../attempt.ts';
import { ChainRestarts } from '../chain-restarts.ts';
import { assertCluster } from '../errors.ts';
import { NodePermits } from '../node-permits.ts';
import { ownWorkflowId } from '../own-workflow-id.ts';
import { awaitNodeStart, type StartDependencies } from './await-start.ts';
import { GateWait } from './gate-node.ts';
import { askForView, RunbookMirror } from './mirror-runbook.ts';
import { makeRunbookPlan } from './plan-runbook.ts';
import type { RunbookDependencies } from './runbook-dependencies.ts';

/** Part of the heartbeat timeout after which heartbeats are repeated: a wait has to learn soon that it is cancelled. */
const BEAT = 0.2;

export function createRunbookActivities(dependencies: RunbookDependencies): RunbookActivities {
  const { clusterId, shutdown, chain, log } = dependencies;
  const starting = (): StartDependencies => ({
    ...dependencies,
    permits: new NodePermits(Context.current().client, log),
    restarts: new ChainRestarts(Context.current().client),
    workflowId: ownWorkflowId(),
  });
  return {
    planRunbook: async (input) => {
      assertCluster(input.cluster ?? clusterId, clusterId);
      const restarts = new ChainRestarts(Context.current().client);
      return await makeRunbookPlan({ ...dependencies, restarts }, input, {
        signal: cancellationSignal(),
        nowMs: Date.now,
      });
    },
    awaitStart: async (request) => {
      assertCluster(request.plan.cluster, clusterId);
      using attempt = new Attempt<{ readonly node: string }>(shutdown, BEAT);
      attempt.heartbeat({ node: request.node });
      try {
        return await awaitNodeStart(starting(), request, attempt);
      } catch (error) {
        return attempt.leave(error);
      }
    },
    gateNode: async (request) => {
      assertCluster(request.plan.cluster, clusterId);
      using attempt = new Attempt<GateProgress>(shutdown, BEAT);
      await attempt.countWaitForWorker();
      const wait = new GateWait(chain, request, attempt, attempt.earlier);
      try {
        return await wait.run();
      } catch (error) {
        if (attempt.isCancelRequested) return { state: 'interrupted', progress: wait.progress };
        return attempt.leave(error);
      }
    },
    mirrorRunbook: async (runbook) => {
      using attempt = new Attempt<{ readonly mirrored: string }>(shutdown, BEAT);
      attempt.heartbeat({ mirrored: runbook.name });
      try {
        return await new RunbookMirror(dependencies, runbook).follow(() => askForView(Context.current()), attempt);
      } catch (error) {
        return attempt.leave(error);
      }
    },
    finishRunbook: async ({ runbook, view }) => {
      await new RunbookMirror(dependencies, runbook).write(view, cancellationSignal());
    },
  };
}
