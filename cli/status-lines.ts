import { printable } from '../lib/printable.ts';
import { cancellationOf } from '../api/provenance.ts';
import type { SeiNodeTaskStatus } from '../api/sei-node-task.ts';
import { padded } from './aligned.ts';
import { elapsedText, isOver, short, taskFacts } from './task-facts.ts';
import type { Task } from './task.ts';
import { hanging } from './wrapped.ts';

/**
 * Where a task stands, for a person.
 *
 * @param width - In columns of the terminal. Default: each fact is one line.
 */
export function statusLines(task: Task, nowMs: number, width = Infinity): string[] {
  const { metadata, status = {} } = task;
  const { kind, target, phase, reason, step, message } = taskFacts(task);
  const facts: readonly (readonly [string, string])[] = [
    ['Task', `${metadata.namespace}/${metadata.name}`],
    ['Kind', kind],
    ['Target', target],
    ['Phase', phase],
    ['Step', step],
    ['Reason', reason],
    ['Elapsed', elapsedText(task, nowMs)],
    ['Message', message],
    ...(isOver(task) ? [] : changes(task)),
    ...traces(status),
  ];
  const known = facts.filter(([, value]) => value !== '').map(([label, value]) => [`${label}:`, value] as const);
  return [...hanging(known, width), ...conditionLines(task, message, width)];
}

/** What was asked for after the task was created, and is not carried out yet. */
function changes({ metadata, status }: Task): [string, string][] {
  const why = cancellationOf(metadata);
  const [asked = 0, done] = [metadata.generation, status?.observedGeneration];
  return [
    ['Cancel', why === undefined ? '' : `requested${why === '' ? '' : `, because: ${why}`}`],
    [
      'Edited',
      done === undefined || done >= asked
        ? ''
        : `generation ${asked}; the service has acted on generation ${done} so far`,
    ],
  ];
}

/** Where to look further. */
function traces({ outputs, task, workflow }: SeiNodeTaskStatus): [string, string][] {
  return [
    ['Outputs', outputs === undefined ? '' : printable(JSON.stringify(outputs))],
    ['Task id', short(task?.id)],
    ['Workflow', printable(workflow?.url ?? workflow?.id ?? '')],
  ];
}

/** @param told - A message that begins with it is not told again: at the end several conditions have the same one. */
function conditionLines({ status }: Task, told: string, width: number): string[] {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return [];
  const names = padded(
    conditions.map(({ type, status: value, reason }) => [`  ${short(type)}=${value}`, short(reason)]),
  );
  const messages = conditions
    .map(({ message }) => printable(message))
    .map((message) => (told.startsWith(message) ? '' : message));
  return [
    'Conditions:',
    ...hanging(
      names.map((name, index) => [name.join('   '), messages[index] ?? '']),
      width,
    ),
  ];
}
