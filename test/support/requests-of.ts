import type { RecordedRequest, SimulatedNode } from '../../simulator/simulated-node.ts';

/** Requests with a method that the node's sidecar got, whether it answered them or not. */
export function requestsOf(node: SimulatedNode, method: 'GET' | 'POST' | 'DELETE'): RecordedRequest[] {
  return node.requests.filter((request) => request.method === method);
}
