import { ApplicationFailure, isCancellation, rootCause, TemporalFailure } from '@temporalio/workflow';
import { nodeText, type NodeReference } from '../../api/node-reference.ts';
import { jsonText } from '../../lib/json-text.ts';
import { mapConcurrently } from '../../lib/map-concurrently.ts';
import { printable } from '../../lib/printable.ts';
import { assertNodes, invalidSpec } from './assert-nodes.ts';

/** Nodes that a message names. */
const NAMED = 5;

export interface ForEachNodeOptions {
  /** How many nodes are worked on at a time, a whole number from 1. Default: 1. */
  readonly maxUnavailable?: number;
  /** `Stop`: after a failure no further node is begun. `Continue`: the others are. Default: `Stop`. */
  readonly onFailure?: 'Stop' | 'Continue';
}

/** First of the details of the failure of `forEachNode`. */
export interface FailedNodes {
  readonly failed: readonly (NodeReference & { readonly message: string })[];
  readonly notBegun: readonly NodeReference[];
}

/**
 * Calls `body` for each node, in the order of the list. Nodes at hand are finished when another one fails or the runbook
 * is cancelled. After a cancellation no further node is begun, whatever `onFailure` is.
 *
 * It only counts the calls of `body`: let it call `guarded`, which decides whether the chain can spare the node.
 *
 * @returns What `body` returned, in the order of the nodes.
 * @throws ApplicationFailure, not retryable: of type InvalidSpec, before `body` is called, for an empty list, a node that
 * is listed twice or a `maxUnavailable` that is not a whole number from 1; of type NodesFailed, details =
 * {@link FailedNodes}, when a node failed. A cancellation or an error in the code of `body` is thrown as it is.
 */
export async function forEachNode<Node extends NodeReference, Result>(
  nodes: readonly Node[],
  body: (node: Node) => Promise<Result>,
  { maxUnavailable = 1, onFailure = 'Stop' }: ForEachNodeOptions = {},
): Promise<readonly Result[]> {
  assertNodes(nodes);
  if (!Number.isSafeInteger(maxUnavailable) || maxUnavailable < 1)
    throw invalidSpec(`maxUnavailable must be a whole number from 1, got ${printable(jsonText(maxUnavailable), 64)}.`);
  const failures: Failure[] = [];
  const notBegun: NodeReference[] = [];
  const isOver = (): boolean => failures.some(({ error }) => onFailure !== 'Continue' || !isFailureOfNode(error));
  const results = await mapConcurrently(nodes, maxUnavailable, async (node) => {
    const { namespace, name } = node;
    if (isOver()) return void notBegun.push({ namespace, name });
    try {
      return await body(node);
    } catch (error) {
      return void failures.push({ namespace, name, error });
    }
  });
  if (failures.length > 0) throw errorOf(failures, { notBegun, total: nodes.length });
  return results as Result[];
}

interface Failure extends NodeReference {
  readonly error: unknown;
}

/** An error that is none of Temporal's is one of the code: it must not end the runbook, which continues with a fixed one. */
function isFailureOfNode(error: unknown): boolean {
  return error instanceof TemporalFailure && !isCancellation(error);
}

function errorOf(
  failures: readonly Failure[],
  { notBegun, total }: { readonly notBegun: readonly NodeReference[]; readonly total: number },
): unknown {
  const other = failures.find(({ error }) => !isFailureOfNode(error));
  if (other !== undefined) return other.error;
  const failed = failures.map(({ namespace, name, error }) => ({ namespace, name, message: rootCause(error) ?? '' }));
  const reasons = failed.map((node) => `${nodeText(node)}: ${node.message}`);
  const untouched = notBegun.length === 0 ? '' : ` Not begun: ${listed(notBegun.map(nodeText), ', ')}.`;
  return ApplicationFailure.create({
    type: 'NodesFailed',
    message: `${failed.length} of ${total} nodes failed. ${listed(reasons, ' ')}${untouched} Check the nodes that failed.`,
    details: [{ failed, notBegun } satisfies FailedNodes],
    nonRetryable: true,
  });
}

function listed(texts: readonly string[], separator: string): string {
  const more = texts.length > NAMED ? [`and ${texts.length - NAMED} more`] : [];
  return [...texts.slice(0, NAMED), ...more].join(separator);
}
