import { printable } from './printable.ts';
import { parseWorkflowId, type NodeReference } from './task-input.ts';

/** Between two in a line, in milliseconds: the one in front needs about 50 ms to take the permit. */
const STEP_MS = 250;
/** Of the one in front, in milliseconds, when it has not waited at all; several processes have a front each. */
const FRONT_MS = 100;

/** Id of the workflow that is open exactly as long as somebody has the node to himself. */
export function permitIdOf(clusterId: string, { namespace, name }: NodeReference): string {
  return `seinode-permit/${clusterId}/${namespace}/${name}`;
}

/**
 * How a holder is called in messages.
 *
 * @param workflowId - Of the workflow that the permit belongs to; absent when somebody started the permit by itself.
 */
export function holderText(workflowId: string | undefined): string {
  if (workflowId === undefined) return 'somebody who took its permit by hand';
  const task = parseWorkflowId(workflowId);
  return task === undefined ? `workflow ${printable(workflowId, 300)}` : `SeiNodeTask ${printable(task.name, 253)}`;
}

/**
 * How long to leave a permit that has become free to those who have waited longer.
 *
 * @param position - Place in this process's line, 0 = in front.
 * @param waitedMs - Time waited so far, in milliseconds.
 * @returns Milliseconds.
 */
export function turnDelay(position: number, waitedMs: number): number {
  return position * STEP_MS + FRONT_MS / (1 + Math.max(0, waitedMs) / 1_000);
}
