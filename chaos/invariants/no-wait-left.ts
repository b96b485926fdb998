import type { ObservedNode, ObservedTask } from '../observations.ts';
import { terminalState } from './terminal-state.ts';
import type { Invariant } from './violation.ts';

/** How a status says that a task could not be taken off its sidecar. */
const TOLD = /could not be taken off|still has the task running|could not say whether it has the task|may still go on/;
/** Of a DELETE that has arrived: the task is off the sidecar, or was before. */
const TAKEN_OFF: readonly (number | null)[] = [204, 404];

/** No sidecar waits for something that nobody wants to know any more, unless the status of the task says so. */
export const noWaitLeft: Invariant = ({ nodes, tasks, leftovers: { at } }) =>
  nodes.flatMap((node) =>
    waitsOf(node)
      .map((taskId) => ({ taskId, task: tasks.find((candidate) => candidate.taskId === taskId) }))
      .filter(({ taskId, task }) => !wasTakenOff(node, taskId) && !isTold(task))
      .map(({ taskId, task }) => ({
        at,
        subjects: [node.name, taskId, task?.name ?? ''],
        text: `the sidecar of ${node.name} still waits for ${task?.name ?? taskId}`,
      })),
  );

/** Ids of waits that were begun and are not over; an interrupted one goes on with the sidecar's next process. */
function waitsOf({ events }: ObservedNode): readonly string[] {
  const begun = new Set(events.flatMap((event) => (event.type === 'run-began' && event.taskType === 'await-condition' ? [event.taskId] : [])));
  const over = new Set(events.flatMap((event) => (event.type === 'run-ended' && event.end !== 'interrupted' ? [event.taskId] : [])));
  return [...begun].filter((taskId) => !over.has(taskId));
}

function wasTakenOff({ requests }: ObservedNode, taskId: string): boolean {
  return requests.some(({ method, path, status }) => method === 'DELETE' && path.endsWith(taskId) && TAKEN_OFF.includes(status));
}

function isTold(task: ObservedTask | undefined): boolean {
  return TOLD.test((task && terminalState(task))?.status.message ?? '');
}
