import { SEI_NODE } from '../api/resources.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { NodeMissingError } from './errors.ts';
import { nodeHint } from './node-hint.ts';
import type { Session } from './session.ts';

/**
 * Says before a task is created that its node does not exist. Where SeiNodes cannot be read, the service says it in the
 * verdict.
 *
 * @throws NodeMissingError
 */
export async function assertNodeExists(session: Session, name: string): Promise<void> {
  const { transport, namespace } = session;
  try {
    if ((await new ResourceClient(transport, SEI_NODE).get(namespace, name)) !== undefined) return;
  } catch (error) {
    if (error instanceof KubernetesError) return;
    throw error;
  }
  throw new NodeMissingError(
    `SeiNode ${namespace}/${name} does not exist; nothing was created.${await nodeHint(session, name)} List the nodes: kubectl get seinodes -n ${namespace}`,
  );
}
