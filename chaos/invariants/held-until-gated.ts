import type { ObservedNode, ObservedTask, ObservedTry } from '../observations.ts';
import { operationsOn, type Operation } from './operations.ts';
import { violationOf } from './rolling-restart-facts.ts';
import type { Invariant } from './violation.ts';

/** Nothing else is done to a node between its restart by a runbook and the end of its gate. */
export const heldUntilGated: Invariant = ({ rollingRestarts, nodes, tasks }) =>
  rollingRestarts.flatMap((runbook) =>
    runbook.tries.flatMap((each) =>
      intruders(each, nodes, tasks).map(({ what, id, from }) =>
        violationOf(
          runbook,
          from,
          `was interrupted: ${what} ${id} began on ${each.node} before it had passed the gate`,
        ),
      ),
    ),
  );

function intruders(
  { node: name, taskId, gatedAt = 0 }: ObservedTry,
  nodes: readonly ObservedNode[],
  tasks: readonly ObservedTask[],
): Operation[] {
  const node = nodes.find((each) => each.name === name);
  const operations = node === undefined ? [] : operationsOn(node, tasks);
  const own = operations.find(({ id }) => id === taskId);
  if (own === undefined) return [];
  return operations.filter(({ id, from, isAgain }) => id !== taskId && !isAgain && from > own.from && from < gatedAt);
}
