import { cancellationSignal, log } from '@temporalio/activity';
import type { Dispatch, PollEnd } from '../api/dispatch.ts';
import { present } from '../api/present.ts';
import type { TaskObservation } from '../api/sidecar-task.ts';
import type { ObservedTarget } from '../api/target-decision.ts';
import type { NodeReference } from '../api/task-input.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { afterASecond } from './after-a-second.ts';
import { dispatchTask, type DispatchRequest } from './dispatch-task.ts';
import { lookAtTask, type TaskReference } from './look-at-task.ts';
import { mirrorStatus, recordDispatch, type MirrorDependencies, type MirrorRequest, type MirrorResult, type MirrorSubject } from './mirror-status.ts';
import { applyImage, awaitImage, type AppliedImage, type AwaitImageRequest, type ImageEnd, type ImageRequest } from './node-image.ts';
import { pollTask, type PollRequest } from './poll-task.ts';
import type { SeidRpc } from './seid-rpc.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { awaitTargetPhase, checkTargetPhase, type AwaitPhaseRequest } from './target-phase.ts';

export interface ActivityDependencies extends MirrorDependencies {
  readonly sidecar: SidecarClient;
  readonly rpc: SeidRpc;
  readonly seiNodes: ResourceClient;
  readonly knowsSearchAttributes: boolean;
  /** Aborted when the process shuts down: waits are then handed over to another worker. */
  readonly shutdown: AbortSignal;
}

/** Of a task that has a resource. */
interface Reported {
  /** Whose Events tell that it was sent. */
  readonly subject?: MirrorSubject | undefined;
}

/** Of a wait that shows itself in the status once it has gone on for a second. */
interface Announced {
  readonly announce?: MirrorRequest | undefined;
}

/** The side effects of the task workflows, by the names that the Temporal UI shows. */
export interface Activities {
  checkTargetPhase(node: NodeReference): Promise<ObservedTarget>;
  awaitTargetPhase(request: AwaitPhaseRequest): Promise<void>;
  dispatchTask(request: DispatchRequest & Reported): Promise<Dispatch>;
  pollTask(request: PollRequest & Announced): Promise<PollEnd>;
  /** Asks the sidecar once what it knows of a task. */
  lookAtTask(request: TaskReference): Promise<TaskObservation>;
  /** Takes a task that only waits off the sidecar. */
  deleteTask(request: TaskReference): Promise<void>;
  /** The latest height that seid's RPC tells; absent when it does not. */
  readHeight(node: NodeReference): Promise<{ readonly height?: number }>;
  applyImage(request: ImageRequest & Reported): Promise<AppliedImage>;
  awaitImage(request: AwaitImageRequest & Announced): Promise<ImageEnd>;
  mirrorStatus(request: MirrorRequest): Promise<MirrorResult>;
  /** Whether the Temporal namespace knows our search attributes. */
  knowsSearchAttributes(): Promise<boolean>;
}

export function createActivities(dependencies: ActivityDependencies): Activities {
  const { sidecar, rpc, seiNodes, events, shutdown, knowsSearchAttributes } = dependencies;
  const announcer = ({ announce }: Announced): (() => void) => {
    if (announce === undefined) return () => {};
    const signal = cancellationSignal();
    return afterASecond(
      () => mirrorStatus(dependencies, announce, signal),
      (error) => log.warn('Status not written; it is tried again', { error }),
    );
  };
  return {
    checkTargetPhase: (node) => checkTargetPhase(seiNodes, node, cancellationSignal()),
    awaitTargetPhase: (request) => awaitTargetPhase(seiNodes, request, shutdown),
    dispatchTask: async ({ subject, ...request }) => {
      const dispatch = await dispatchTask(sidecar, request);
      if (dispatch.state === 'accepted' && subject) await recordDispatch(events, subject, `The sidecar took the task ${request.taskId}.`);
      return dispatch;
    },
    pollTask: (request) => pollTask(sidecar, request, { shutdown, onRunning: announcer(request) }),
    lookAtTask: (request) => lookAtTask(sidecar, request, cancellationSignal()),
    deleteTask: async ({ node, taskId }) => {
      await sidecar.deleteTask(node, taskId, cancellationSignal());
      log.info('Task taken off the sidecar', { node, taskId });
    },
    readHeight: async (node) => present({ height: await rpc.latestHeight(node, cancellationSignal()) }),
    applyImage: async ({ subject, ...request }) => {
      const applied = await applyImage(seiNodes, request, cancellationSignal());
      if (applied.state === 'applied' && subject) await recordDispatch(events, subject, `spec.image was set to ${request.image}.`);
      return applied;
    },
    awaitImage: (request) => awaitImage(seiNodes, request, { shutdown, onWaiting: announcer(request) }),
    mirrorStatus: (request) => mirrorStatus(dependencies, request, cancellationSignal()),
    knowsSearchAttributes: async () => knowsSearchAttributes,
  };
}
