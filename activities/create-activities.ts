import { cancellationSignal, Context, log } from '@temporalio/activity';
import type { Dispatch, PollEnd } from '../api/dispatch.ts';
import { present } from '../api/present.ts';
import { queued } from '../api/progress.ts';
import { waitingInQueue } from '../api/queueing.ts';
import type { SidecarActivity } from '../api/sidecar-activity.ts';
import type { TaskObservation } from '../api/sidecar-task.ts';
import type { ObservedTarget } from '../api/target-decision.ts';
import type { NodeReference } from '../api/task-input.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { readClusterId } from '../kubernetes/read-cluster-id.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { afterASecond } from './after-a-second.ts';
import { awaitPermit, readPermitHolder, type AwaitPermitRequest } from './await-permit.ts';
import { awaitRestart, readSidecarActivity, type AwaitRestartRequest } from './await-restart.ts';
import { dispatchTask, type DispatchRequest } from './dispatch-task.ts';
import { lookAtTask, type TaskReference } from './look-at-task.ts';
import { mirrorStatus, recordDispatch, type MirrorDependencies, type MirrorRequest, type MirrorResult, type MirrorSubject } from './mirror-status.ts';
import { applyImage, awaitImage, type AppliedImage, type AwaitImageRequest, type ImageEnd, type ImageRequest } from './node-image.ts';
import { PermitLine } from './permit-line.ts';
import { pollTask, type PollRequest } from './poll-task.ts';
import type { SeidRpc } from './seid-rpc.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { awaitTargetPhase, checkTargetPhase, type AwaitPhaseRequest } from './target-phase.ts';

export interface ActivityDependencies extends MirrorDependencies {
  readonly sidecar: SidecarClient;
  readonly rpc: SeidRpc;
  readonly seiNodes: ResourceClient;
  /** To the API server. */
  readonly transport: KubernetesTransport;
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

/** Of a wait whose status names who is in the way. */
interface Queued {
  readonly node: NodeReference;
  readonly queueTimeoutMs?: number;
  readonly subject?: MirrorSubject;
}

/** The side effects of the task workflows, by the names that the Temporal UI shows. */
export interface Activities {
  checkTargetPhase(node: NodeReference): Promise<ObservedTarget>;
  awaitTargetPhase(request: AwaitPhaseRequest): Promise<void>;
  /** Uid of the cluster's `kube-system` namespace. */
  readClusterId(): Promise<string>;
  /** Who has a permit, as messages call him; `undefined` = nobody. */
  readPermitHolder(permitId: string): Promise<string | undefined>;
  awaitPermit(request: AwaitPermitRequest & Queued): Promise<void>;
  /** What the sidecar does besides the task that asks. */
  readSidecarActivity(request: TaskReference): Promise<SidecarActivity>;
  awaitRestart(request: AwaitRestartRequest): Promise<void>;
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

function notWritten(error: unknown): void {
  log.warn('Status not written; it is tried again with the next change', { error });
}

export function createActivities(dependencies: ActivityDependencies): Activities {
  const { sidecar, rpc, seiNodes, transport, events, shutdown, knowsSearchAttributes } = dependencies;
  const line = new PermitLine();
  let clusterId: string | undefined;
  const announcer = ({ announce }: Announced): (() => void) => {
    if (announce === undefined) return () => {};
    const signal = cancellationSignal();
    return afterASecond(() => mirrorStatus(dependencies, announce, signal), notWritten);
  };
  return {
    checkTargetPhase: (node) => checkTargetPhase(seiNodes, node, cancellationSignal()),
    awaitTargetPhase: (request) => awaitTargetPhase(seiNodes, request, shutdown),
    readClusterId: async () => (clusterId ??= await readClusterId(transport, { signal: cancellationSignal() })),
    readPermitHolder: (permitId) => readPermitHolder(Context.current().client, permitId),
    awaitPermit: async ({ node, queueTimeoutMs, subject, ...request }) => {
      const signal = cancellationSignal();
      await awaitPermit(request, {
        line,
        shutdown,
        onHolder: (holder) => {
          if (subject === undefined) return;
          const progress = queued(waitingInQueue(node, { by: 'permit', holder }, queueTimeoutMs));
          const update = { step: 'waiting', reason: 'Queued', progress } as const;
          mirrorStatus(dependencies, { ...subject, update, atMs: Date.now() }, signal).catch(notWritten);
        },
      });
    },
    readSidecarActivity: (request) => readSidecarActivity(sidecar, request, cancellationSignal()),
    awaitRestart: (request) => awaitRestart(sidecar, request, shutdown),
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
