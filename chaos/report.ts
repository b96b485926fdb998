import { orphansOf } from './invariants/no-orphan-awaited.ts';
import { terminalState } from './invariants/terminal-state.ts';
import type { Observations, ObservedTask } from './observations.ts';
import { faultTypeNames } from './plan/fault-types.ts';

/** What was done and what came of it, for people. */
export function reportOf(observations: Observations): string {
  const { tasks, faults, runbooks } = observations;
  const kinds = [...new Set(tasks.map(({ kind }) => kind))].toSorted();
  const lines = [
    'tasks by kind and verdict',
    ...kinds.map((kind) => row(kind, verdictsOf(tasks.filter((task) => task.kind === kind)))),
    row('RestartThenAwaitHeight', countsText(runbooks.map(({ end }) => end))),
    '',
    'faults that took effect',
    ...faultTypeNames.map((type) =>
      row(type, String(faults.filter((fault) => fault.type === type && fault.tookEffect).length)),
    ),
    '',
    row('tasks', String(tasks.length + runbooks.length)),
    row('faults', String(faults.filter(({ tookEffect }) => tookEffect).length)),
    row('longest time to an end', longestText(tasks)),
    row('permits left behind', String(orphansOf(observations).length)),
  ];
  return lines.join('\n');
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(28)} ${text}`;
}

function verdictsOf(tasks: readonly ObservedTask[]): string {
  return countsText(
    tasks.map((task) => terminalState(task)?.status.reason ?? (task.deletedAt === undefined ? 'open' : 'deleted')),
  );
}

function countsText(names: readonly string[]): string {
  const counts = Map.groupBy(names, (name) => name);
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => `${name} ${all.length}`)
    .join(', ');
}

function longestText(tasks: readonly ObservedTask[]): string {
  const ended = tasks.flatMap((task) => {
    const { completedAt = '', reason } = terminalState(task)?.status ?? {};
    const seconds = (Date.parse(completedAt) - task.createdAt) / 1000;
    return Number.isNaN(seconds) ? [] : [{ seconds, text: `${seconds} s: ${task.name} ${task.kind} ${reason}` }];
  });
  return ended.toSorted((a, b) => b.seconds - a.seconds)[0]?.text ?? 'none';
}
