import { orphansOf } from './invariants/no-orphan-awaited.ts';
import { mostAtRisk } from './invariants/power-at-risk.ts';
import { endOf } from './invariants/rolling-restart-facts.ts';
import { terminalState } from './invariants/terminal-state.ts';
import type { Observations, ObservedRollingRestart, ObservedTask } from './observations.ts';
import { faultTypeNames } from './plan/fault-types.ts';

/** What was done and what came of it, for people. */
export function reportOf(observations: Observations): string {
  const { tasks, faults, runbooks, rollingRestarts, chain } = observations;
  const kinds = [...new Set(tasks.map(({ kind }) => kind))].toSorted();
  const lines = [
    'tasks by kind and verdict',
    ...kinds.map((kind) => row(kind, verdictsOf(tasks.filter((task) => task.kind === kind)))),
    row('RestartThenAwaitHeight', countsText(runbooks.map(({ end }) => end))),
    row('RollingRestart', countsText(rollingRestarts.map(endText))),
    row('  tries at its nodes', countsText(rollingRestarts.flatMap(({ tries }) => tries.map(({ end }) => end)))),
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
    row('most power at risk', `${mostAtRisk(chain).power} of ${chain.totalPower}`),
    row('stops of the chain', String(chain.stops.length)),
  ];
  return lines.join('\n');
}

function endText(runbook: ObservedRollingRestart): string {
  const { phase, reason } = endOf(runbook)?.status ?? {};
  if (phase !== undefined) return `${phase}/${reason}`;
  return runbook.deletedAt === undefined ? 'open' : 'deleted';
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
