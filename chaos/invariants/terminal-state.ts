import { isTerminal } from '../../api/sei-node-task.ts';
import type { ObservedState, ObservedTask } from '../observations.ts';

/** The first state in which a task was over. */
export function terminalState({ states }: ObservedTask): ObservedState | undefined {
  return states.find(({ status }) => isTerminal(status.phase));
}
