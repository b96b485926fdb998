import assert from 'node:assert/strict';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { requestsOf } from './requests-of.ts';

/** The sidecar was sent one task, and seid got one SIGTERM. */
export function assertRestartedOnce(node: SimulatedNode): void {
  assert.deepEqual([requestsOf(node, 'POST').length, node.sigtermsReceived], [1, 1], node.name);
}
