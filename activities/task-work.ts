import { present } from '../lib/present.ts';
import { printable } from '../lib/printable.ts';
import { SEI_NODE } from '../api/resources.ts';
import { observationOf, type TaskObservation } from '../api/sidecar/sidecar-task.ts';
import type { TaskIdentity } from '../api/temporal/task-input.ts';
import type { ImageRequest, SidecarTaskRequest, TaskRequest } from '../core/task-plan.ts';
import type { SeiNode } from '../api/sei-node.ts';
import type { Sent } from '../core/knowledge.ts';
import { hasHttpStatus, isObjectMissing, KubernetesApiError } from '../kubernetes/errors.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { readSeiNode } from './read-sei-node.ts';
import type { SidecarClient } from './sidecar-client.ts';

/** Field manager of the Go controller (contract §1.4): with another name, two managers would own the field. */
const FIELD_MANAGER = 'seinode-task-controller';

/**
 * Access to the work of a task: a task on the node's sidecar, or an image in the SeiNode, whose controller rolls it
 * out.
 */
export interface TaskWork {
  /**
   * Asks once for the state of the work.
   *
   * @param sent - Whether it was sent before: an image that is no longer set was then changed by somebody else.
   * @throws SidecarError, KubernetesError when there is no answer.
   */
  look(sent: Sent, signal: AbortSignal): Promise<TaskObservation>;
  /**
   * Sends it. Not cancellable: once it was sent, its result must be known.
   *
   * @returns `accepted`, or the error with which it is refused permanently.
   * @throws SidecarError, KubernetesError when there is no answer.
   */
  send(): Promise<'accepted' | { readonly refused: string }>;
}

export interface TaskPlaces {
  readonly sidecar: SidecarClient;
  readonly seiNodes: ResourceClient;
}

export function taskWork(places: TaskPlaces, task: TaskIdentity, request: TaskRequest): TaskWork {
  return 'image' in request ? imageWork(places.seiNodes, task, request) : sidecarWork(places.sidecar, task, request);
}

function sidecarWork(sidecar: SidecarClient, { node, taskId }: TaskIdentity, request: SidecarTaskRequest): TaskWork {
  return {
    look: async (_sent, signal) => {
      const task = await sidecar.getTask(node, taskId, signal);
      if (task !== undefined) return observationOf(task);
      return (await sidecar.isAlive(node, signal)) ? { state: 'absent' } : { state: 'unconfirmed' };
    },
    send: async () => await sidecar.postTask(node, { id: taskId, ...request }),
  };
}

function imageWork(seiNodes: ResourceClient, { node }: TaskIdentity, { image }: ImageRequest): TaskWork {
  return {
    look: async (sent, signal) => {
      const found = await readSeiNode(seiNodes, node, signal);
      if (found === undefined || found.metadata.uid !== node.uid) return { state: 'gone' };
      return observedImage(found, image, sent);
    },
    send: async () => {
      const object = {
        apiVersion: `${SEI_NODE.group}/${SEI_NODE.version}`,
        kind: SEI_NODE.kind,
        metadata: { name: node.name, uid: node.uid },
        spec: { image },
      };
      try {
        await seiNodes.apply({ ...node, fieldManager: FIELD_MANAGER }, object);
        return 'accepted';
      } catch (error) {
        if (isRefusal(error)) return { refused: refusalWords(error, node) };
        throw error;
      }
    },
  };
}

function observedImage({ spec, status }: SeiNode, image: string, sent: Sent): TaskObservation {
  const isSet = spec.image === image;
  if (isSet && status?.currentImage === image)
    return { state: 'completed', ...(sent === 'no' ? { already: true } : {}) };
  if (sent !== 'yes') return { state: 'absent' };
  if (isSet)
    return {
      state: 'running',
      ...present({ currentImage: status?.currentImage && printable(status.currentImage, 512) }),
    };
  return {
    state: 'failed',
    error: `spec.image was changed to ${printable(spec.image ?? '(none)', 512)} by someone else`,
  };
}

/** A SeiNode that is gone or was replaced is found by the next check. */
function isRefusal(error: unknown): error is KubernetesApiError {
  return !isObjectMissing(error) && [400, 403, 422].some((status) => hasHttpStatus(error, status));
}

function refusalWords(error: KubernetesApiError, { namespace }: { readonly namespace: string }): string {
  const isForbidden: boolean = hasHttpStatus(error, 403);
  if (!isForbidden) return error.message;
  return `${error.message} The service's account needs the verb patch on seinodes.sei.io in namespace ${namespace} (deploy/rbac/update-node-image.yaml)`;
}
