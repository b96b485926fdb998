import { KubernetesError } from '../kubernetes/errors.ts';
import { NodeMissingError } from './errors.ts';
import { nameHint } from './name-hint.ts';
import type { Session } from './session.ts';

/**
 * Says before a task is created that its node does not exist. Where SeiNodes cannot be read, the service says it in the
 * verdict.
 *
 * @throws NodeMissingError
 */
export async function assertNodeExists(session: Session, name: string): Promise<void> {
  const { namespace, nodes } = session;
  try {
    if ((await nodes.get(namespace, name)) !== undefined) return;
  } catch (error) {
    if (error instanceof KubernetesError) return;
    throw error;
  }
  throw new NodeMissingError(
    `SeiNode ${namespace}/${name} does not exist; nothing was created.${await nameHint(nodes, namespace, name)} List the nodes: kubectl get seinodes -n ${namespace}`,
  );
}
