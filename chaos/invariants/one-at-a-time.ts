import type { ObservedNode, ObservedTask } from '../observations.ts';
import { operationsOn } from './operations.ts';
import type { Invariant, Violation } from './violation.ts';

/** Two operations never overlap on a node; what a killed sidecar does again by itself is not ours to prevent. */
export const oneAtATime: Invariant = ({ nodes, tasks }) => nodes.flatMap((node) => overlaps(node, tasks));

function overlaps(node: ObservedNode, tasks: readonly ObservedTask[]): Violation[] {
  const operations = operationsOn(node, tasks);
  return operations.flatMap((later, index) =>
    operations
      .slice(0, index)
      .filter((earlier) => earlier.id !== later.id && earlier.to > later.from && !later.isAgain)
      .map((earlier) => ({
        at: later.from,
        subjects: [node.name, later.id, earlier.id],
        text: `${later.what} ${later.id} began on ${node.name} while ${earlier.what} ${earlier.id} was in progress`,
      })),
  );
}
