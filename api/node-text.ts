import { printable } from '../lib/printable.ts';
import type { NodeReference } from './temporal/task-input.ts';

/** How messages call a node. */
export function nodeText(node: NodeReference): string {
  return `SeiNode ${printable(node.namespace, 64)}/${printable(node.name, 256)}`;
}

/** How messages call the sidecar of a node. */
export function sidecarText(node: NodeReference): string {
  return `the sidecar of ${nodeText(node)}`;
}
