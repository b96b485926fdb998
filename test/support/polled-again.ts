import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { eventually } from './eventually.ts';
import { requestsOf } from './requests-of.ts';

/** Waits for two more looks of the service at a node's task: one may have begun before. */
export async function polledAgain(node: SimulatedNode): Promise<void> {
  const looks = requestsOf(node, 'GET').length;
  await eventually(`${node.name} is polled`, () => requestsOf(node, 'GET').length >= looks + 2);
}
