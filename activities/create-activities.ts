import { cancellationSignal, log } from '@temporalio/activity';
import type { Dispatch, PollEnd } from '../api/dispatch.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import type { TaskObservation } from '../api/sidecar-task.ts';
import type { ObservedTarget } from '../api/target-decision.ts';
import type { NodeReference } from '../api/task-input.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { dispatchTask, type DispatchRequest } from './dispatch-task.ts';
import { lookAtTask, type TaskReference } from './look-at-task.ts';
import { mirrorStatus, type MirrorRequest, type MirrorResult } from './mirror-status.ts';
import { pollTask, type PollRequest } from './poll-task.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { awaitTargetPhase, checkTargetPhase, type AwaitPhaseRequest } from './target-phase.ts';

export interface ActivityDependencies {
  readonly sidecar: SidecarClient;
  readonly seiNodes: ResourceClient;
  readonly tasks: ResourceClient<SeiNodeTask>;
  readonly events: EventRecorder;
  /** Aborted when the process shuts down: waits are then handed over to another worker. */
  readonly shutdown: AbortSignal;
}

/** The side effects of the task workflows, by the names that the Temporal UI shows. */
export interface Activities {
  checkTargetPhase(node: NodeReference): Promise<ObservedTarget>;
  awaitTargetPhase(request: AwaitPhaseRequest): Promise<void>;
  dispatchTask(request: DispatchRequest): Promise<Dispatch>;
  pollTask(request: PollRequest): Promise<PollEnd>;
  /** Asks the sidecar once what it knows of a task. */
  lookAtTask(request: TaskReference): Promise<TaskObservation>;
  /** Takes a task that only waits off the sidecar. */
  deleteTask(request: TaskReference): Promise<void>;
  mirrorStatus(request: MirrorRequest): Promise<MirrorResult>;
}

export function createActivities(dependencies: ActivityDependencies): Activities {
  const { sidecar, seiNodes, shutdown } = dependencies;
  return {
    checkTargetPhase: (node) => checkTargetPhase(seiNodes, node, cancellationSignal()),
    awaitTargetPhase: (request) => awaitTargetPhase(seiNodes, request, shutdown),
    dispatchTask: (request) => dispatchTask(sidecar, request),
    pollTask: (request) => pollTask(sidecar, request, shutdown),
    lookAtTask: (request) => lookAtTask(sidecar, request, cancellationSignal()),
    deleteTask: async ({ node, taskId }) => {
      await sidecar.deleteTask(node, taskId, cancellationSignal());
      log.info('Task taken off the sidecar', { node, taskId });
    },
    mirrorStatus: (request) => mirrorStatus(dependencies, request, cancellationSignal()),
  };
}
