import { printable } from '../lib/printable.ts';

/** A SeiNode by its names. */
export interface NodeReference {
  readonly namespace: string;
  readonly name: string;
}

/** How messages call a node. */
export function nodeText(node: NodeReference): string {
  return `SeiNode ${printable(node.namespace, 64)}/${printable(node.name, 256)}`;
}

/** How messages call the sidecar of a node. */
export function sidecarText(node: NodeReference): string {
  return `the sidecar of ${nodeText(node)}`;
}
