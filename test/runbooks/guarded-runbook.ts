import type { NodeReference } from '../../api/node-reference.ts';
import { forEachNode } from '../../workflows/runbooks/for-each-node.ts';
import { gate, type PassedGate } from '../../workflows/runbooks/gate.ts';
import { guarded } from '../../workflows/runbooks/guarded.ts';
import type { ChainOptions } from '../../workflows/runbooks/plan-node.ts';
import { restartSeid } from '../../workflows/runbooks/restart-seid.ts';

export * from '../../workflows/index.ts';

export async function RestartEach(nodes: readonly NodeReference[], options: ChainOptions): Promise<unknown> {
  return await forEachNode(
    nodes,
    async (node) =>
      await guarded(node, options, async (held) => {
        await restartSeid(held);
        return await gate(held);
      }),
  );
}

export async function HoldNode(node: NodeReference, options: ChainOptions): Promise<string> {
  return await guarded(node, options, async ({ name }) => await Promise.resolve(name));
}

export async function AwaitGate(node: NodeReference, options: ChainOptions): Promise<PassedGate> {
  return await gate(node, options);
}
