import type { ObservedNode, ObservedTask } from '../observations.ts';
import type { Invariant } from './violation.ts';

/** `status.task.submittedAt` is there only for a task that its sidecar has received, or whose image was set. */
export const submittedWasReceived: Invariant = ({ tasks, nodes }) =>
  tasks.flatMap((task) => {
    const first = task.states.find(({ status }) => status.task?.submittedAt !== undefined);
    const node = nodes.find(({ name }) => name === task.node);
    if (first === undefined || (node !== undefined && wasReceived(task, node, first.at))) return [];
    return [
      {
        at: first.at,
        subjects: [task.name, task.node, task.taskId],
        text: `${task.kind} ${task.name} has submittedAt, and nobody had received it`,
      },
    ];
  });

/** When an image was set is known only roughly: the resources are watched. */
function wasReceived({ taskId, image }: ObservedTask, { events, images }: ObservedNode, by: number): boolean {
  return (
    images.some((set) => set.image === image) ||
    events.some((event) => event.type === 'run-began' && event.taskId === taskId && event.at <= by)
  );
}
