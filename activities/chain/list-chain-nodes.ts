import type { NodeReference } from '../../api/node-reference.ts';
import { seiNodeSchema, type SeiNode } from '../../api/sei-node.ts';
import { isSameNode } from '../../core/guard/guard-situation.ts';
import { hasHttpStatus } from '../../kubernetes/errors.ts';
import { listAll } from '../../kubernetes/list-all.ts';
import type { ResourceClient } from '../../kubernetes/resource-client.ts';

export interface ChainNodes {
  readonly nodes: readonly SeiNode[];
  /** Unset: SeiNodes of all namespaces were listed. */
  readonly onlyNamespace?: string;
}

/**
 * Lists the SeiNodes of a chain, the target included, in all namespaces, or in that of the target when the account may
 * not list all. A SeiNode that its own CRD would not allow is left out.
 *
 * @throws KubernetesError when the API server does not list them.
 */
export async function listChainNodes(
  seiNodes: ResourceClient,
  { chainId, target, signal }: { chainId: string; target: NodeReference; signal: AbortSignal },
): Promise<ChainNodes> {
  const ofChain = async (selection: { namespace?: string }): Promise<SeiNode[]> => {
    const { items } = await listAll(seiNodes, { ...selection, signal });
    return items
      .flatMap((item) => seiNodeSchema.safeParse(item).data ?? [])
      .filter(({ metadata, spec }) => spec.chainId === chainId || isSameNode(metadata, target));
  };
  try {
    return { nodes: await ofChain({}) };
  } catch (error) {
    if (!hasHttpStatus(error, 403)) throw error;
    return { nodes: await ofChain({ namespace: target.namespace }), onlyNamespace: target.namespace };
  }
}
