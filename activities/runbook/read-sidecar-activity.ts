import type { NodeReference } from '../../api/node-reference.ts';
import { sidecarActivity, type SidecarActivity } from '../../api/sidecar/sidecar-activity.ts';
import { SidecarError } from '../errors.ts';
import type { SidecarClient } from '../sidecar-client.ts';

/**
 * What a sidecar is doing and has done, by the tasks that it lists. Nothing of one that does not answer: the task that
 * restarts the node asks it again.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function readSidecarActivity(
  sidecar: Pick<SidecarClient, 'listTasks'>,
  node: NodeReference,
  signal: AbortSignal,
): Promise<SidecarActivity> {
  try {
    return sidecarActivity(await sidecar.listTasks(node, signal), '');
  } catch (error) {
    if (error instanceof SidecarError) return {};
    throw error;
  }
}
