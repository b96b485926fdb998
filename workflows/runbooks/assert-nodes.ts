import { ApplicationFailure } from '@temporalio/workflow';
import type { NodeReference } from '../../api/node-reference.ts';
import { jsonText } from '../../lib/json-text.ts';
import { printable } from '../../lib/printable.ts';

/** What an author's function throws for an argument that cannot be acted on. */
export function invalidSpec(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'InvalidSpec', message, nonRetryable: true });
}

/**
 * Nodes usually come from the input of a workflow, which may have any form. An error of JavaScript would leave the runbook
 * open, with a workflow task that is retried without end.
 *
 * @throws ApplicationFailure of type InvalidSpec for an empty list, or a node that is none or is listed twice.
 */
export function assertNodes(nodes: readonly NodeReference[]): void {
  if (!Array.isArray(nodes) || nodes.length === 0 || !nodes.every(isReference)) {
    const got = printable(jsonText(nodes), 256);
    throw invalidSpec(`nodes must be a list of nodes such as [{"namespace": "…", "name": "…"}], got ${got}.`);
  }
  const names = nodes.map(({ namespace, name }) => `${namespace}/${name}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidSpec(`nodes must have each node once, got ${printable(twice, 256)} twice.`);
}

function isReference(node: Partial<NodeReference> | null | undefined): boolean {
  return typeof node?.namespace === 'string' && typeof node.name === 'string';
}
