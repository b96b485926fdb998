import { Context } from '@temporalio/activity';
import { present } from '../api/present.ts';
import { printable } from '../api/printable.ts';
import { SEI_NODE } from '../api/resources.ts';
import type { SeiNode } from '../api/sei-node.ts';
import type { NodeReference } from '../api/task-input.ts';
import { hasHttpStatus, isObjectMissing, KubernetesApiError } from '../kubernetes/errors.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { checkTargetPhase } from './target-phase.ts';
import { waitUntil } from './wait-until.ts';

/** Field manager of the Go controller (contract §1.4): under another one two managers would claim the field. */
const FIELD_MANAGER = 'seinode-task-controller';

export interface ImageRequest {
  readonly node: NodeReference;
  /** Uid of the SeiNode that the task was checked against. */
  readonly uid: string;
  readonly image: string;
}

/** `refused`: the API server will not take it, in its own words. */
export type AppliedImage = { readonly state: 'applied' | 'missing' } | { readonly state: 'refused'; readonly words: string };

/**
 * Sets a SeiNode's `spec.image` by forced server-side apply. An image that the node has and runs already is left alone.
 *
 * @throws KubernetesError when the API server gave no decision, also for a conflict: the next attempt sees whether the
 * SeiNode is still the same one.
 */
export async function applyImage(seiNodes: ResourceClient, request: ImageRequest, signal: AbortSignal): Promise<AppliedImage> {
  const { node, uid, image } = request;
  const found = (await checkTargetPhase(seiNodes, node, signal)).node;
  if (found?.metadata.uid !== uid) return { state: 'missing' };
  if (found.spec.image === image && found.status?.currentImage === image) return { state: 'applied' };
  try {
    const object = { apiVersion: `${SEI_NODE.group}/${SEI_NODE.version}`, kind: SEI_NODE.kind, metadata: { name: node.name, uid }, spec: { image } };
    await seiNodes.apply({ ...node, fieldManager: FIELD_MANAGER }, object, { signal });
    return { state: 'applied' };
  } catch (error) {
    if (isObjectMissing(error)) return { state: 'missing' };
    if (isRefusal(error)) return { state: 'refused', words: refusalWords(error, node) };
    throw error;
  }
}

function isRefusal(error: unknown): error is KubernetesApiError {
  return [400, 403, 422].some((status) => hasHttpStatus(error, status));
}

function refusalWords(error: KubernetesApiError, { namespace }: NodeReference): string {
  const isForbidden: boolean = hasHttpStatus(error, 403);
  if (!isForbidden) return error.message;
  return `${error.message} The service's account needs the verb patch on seinodes.sei.io in namespace ${namespace} (deploy/rbac/update-node-image.yaml)`;
}

export interface AwaitImageRequest extends ImageRequest {
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Milliseconds since the epoch; absent = unbounded. */
  readonly deadlineMs?: number;
}

export type ImageEnd = { readonly state: 'running' | 'missing' } | { readonly state: 'deadline'; readonly currentImage?: string };

/** Waits until the SeiNode's `status.currentImage` is the image, at most until the deadline. */
export async function awaitImage(
  seiNodes: ResourceClient,
  request: AwaitImageRequest,
  { shutdown, onWaiting }: { readonly shutdown: AbortSignal; readonly onWaiting: () => void },
): Promise<ImageEnd> {
  const context = Context.current();
  let last: SeiNode | undefined;
  const end = await waitUntil<ImageEnd>({
    ...request,
    shutdown,
    look: async (signal) => {
      last = (await checkTargetPhase(seiNodes, request.node, signal)).node;
      if (last?.metadata.uid !== request.uid) return { state: 'missing' };
      if (last.status?.currentImage === request.image) return { state: 'running' };
      context.heartbeat({ image: request.image, currentImage: printable(last.status?.currentImage ?? '', 512) });
      onWaiting();
      return undefined;
    },
  });
  return end ?? { state: 'deadline', ...present({ currentImage: last?.status?.currentImage }) };
}
