import type { ObservedNode, ObservedTask } from '../observations.ts';
import { operationsOn } from './operations.ts';
import type { Invariant, Violation } from './violation.ts';

/** A restart is not sent before as much time has passed since the end of the one before as its spec asks for. */
export const restartsApart: Invariant = ({ nodes, tasks }) => nodes.flatMap((node) => tooSoon(node, tasks));

function tooSoon(node: ObservedNode, tasks: readonly ObservedTask[]): Violation[] {
  const restarts = operationsOn(node, tasks).filter(({ what }) => what === 'restart-seid');
  return restarts.flatMap((restart) => {
    const task = tasks.find(({ taskId }) => taskId === restart.id);
    const lastEnd = Math.max(
      ...restarts.filter(({ id, to }) => id !== restart.id && to <= restart.from).map(({ to }) => to),
    );
    const passed = (restart.from - lastEnd) / 1000;
    if (task === undefined || restart.isAgain || passed >= task.minSecondsBetweenRestarts) return [];
    const text = `RestartSeid ${task.name} was sent ${passed} s after the restart before it on ${node.name}, not ${task.minSecondsBetweenRestarts} s`;
    return [{ at: restart.from, subjects: [node.name, task.name, restart.id], text }];
  });
}
