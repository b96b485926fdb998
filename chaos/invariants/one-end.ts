import { isDeepStrictEqual } from 'node:util';
import { isTerminal } from '../../api/sei-node-task.ts';
import type { ObservedTask } from '../observations.ts';
import { terminalState } from './terminal-state.ts';
import type { Invariant, Violation } from './violation.ts';

const order = ['Pending', 'Running'];

/**
 * Every task that is not deleted first reaches one terminal phase; its status never changes then, nor goes back before.
 */
export const oneEnd: Invariant = ({ tasks, leftovers }) =>
  tasks.flatMap((task) => [...withoutEnd(task, leftovers.at), ...changedAfterEnd(task), ...wentBack(task)]);

function withoutEnd(task: ObservedTask, at: number): Violation[] {
  if (task.deletedAt !== undefined || terminalState(task) !== undefined) return [];
  const last = task.states.at(-1)?.status;
  return [violation(task, at, `never reached its end; its status is ${JSON.stringify(last)}`)];
}

function changedAfterEnd(task: ObservedTask): Violation[] {
  const end = terminalState(task);
  const later = task.states.find(
    ({ at, status }) => end !== undefined && at >= end.at && !isDeepStrictEqual(status, end.status),
  );
  if (later === undefined || end === undefined) return [];
  const [was, is] = [end, later].map(({ status }) => `${status.phase}/${status.reason}`);
  return [violation(task, later.at, `was ${was}, and then its status changed to ${is}`)];
}

function wentBack(task: ObservedTask): Violation[] {
  return task.states.slice(1).flatMap(({ at, status }, index) => {
    const before = task.states[index]?.status.phase ?? '';
    const isBack =
      !isTerminal(before) && order.indexOf(before) > order.indexOf(status.phase ?? '') && !isTerminal(status.phase);
    return isBack ? [violation(task, at, `went back from ${before} to ${status.phase}`)] : [];
  });
}

function violation({ name, node, kind }: ObservedTask, at: number, text: string): Violation {
  return { at, subjects: [name, node], text: `${kind} ${name} ${text}` };
}
