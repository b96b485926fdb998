import type { NodeReference } from '../api/node-reference.ts';
import { printable } from '../lib/printable.ts';
import { seiNodeSchema, type SeiNode } from '../api/sei-node.ts';
import { KubernetesResponseError } from '../kubernetes/errors.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';

/**
 * Reads a SeiNode.
 *
 * @returns `undefined` when the SeiNode does not exist.
 * @throws KubernetesError when the API server cannot say whether it exists; that is never a verdict.
 */
export async function readSeiNode(
  seiNodes: ResourceClient,
  { namespace, name }: NodeReference,
  signal: AbortSignal,
): Promise<SeiNode | undefined> {
  const object = await seiNodes.get(namespace, name, { signal });
  if (object === undefined) return undefined;
  const read = seiNodeSchema.safeParse(object);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new KubernetesResponseError(
    `SeiNode ${namespace}/${name}: ${printable(`${issue?.path.join('.')}: ${issue?.message}`)}. Check the SeiNode's CRD.`,
  );
}
