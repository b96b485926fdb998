import type { ObservedNode } from '../observations.ts';
import type { Invariant } from './violation.ts';

/** Of a DELETE that has arrived: the task is off the sidecar, or was before. */
const TAKEN_OFF: readonly (number | null)[] = [204, 404];

/**
 * No sidecar has a wait that is no longer watched. Only who terminates a workflow in Temporal leaves its
 * wait behind: no code of ours runs then.
 */
export const noWaitLeft: Invariant = ({ nodes, tasks, leftovers: { at } }) =>
  nodes.flatMap((node) =>
    waitsOf(node)
      .map(({ taskId, beganAt }) => ({ taskId, beganAt, task: tasks.find((candidate) => candidate.taskId === taskId) }))
      .filter(
        ({ taskId, beganAt, task }) => !wasTakenOff(node, taskId, beganAt) && task?.workflow?.end !== 'TERMINATED',
      )
      .map(({ taskId, task }) => ({
        at,
        subjects: [node.name, taskId, task?.name ?? ''],
        text: `the sidecar of ${node.name} still waits for ${task?.name ?? taskId}`,
      })),
  );

/**
 * Waits that were begun, for the last time then, and are not over; an interrupted one continues with the sidecar's next
 * process.
 */
function waitsOf({ events }: ObservedNode): readonly { readonly taskId: string; readonly beganAt: number }[] {
  const begun = new Map(
    events.flatMap((event) =>
      event.type === 'run-began' && event.taskType === 'await-condition' ? [[event.taskId, event.at] as const] : [],
    ),
  );
  const over = new Set(
    events.flatMap((event) => (event.type === 'run-ended' && event.end !== 'interrupted' ? [event.taskId] : [])),
  );
  return [...begun].filter(([taskId]) => !over.has(taskId)).map(([taskId, beganAt]) => ({ taskId, beganAt }));
}

function wasTakenOff({ requests }: ObservedNode, taskId: string, beganAt: number): boolean {
  return requests.some(
    ({ method, path, status, at }) =>
      method === 'DELETE' && path.endsWith(taskId) && TAKEN_OFF.includes(status) && at >= beganAt,
  );
}
