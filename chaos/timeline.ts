import type { JournalEntry } from '../simulator/journal.ts';
import type { RecordedRequest } from '../simulator/simulated-node.ts';
import type { Violation } from './invariants/violation.ts';
import type { ObservedChain, ObservedRollingRestart, Observations, ObservedTask } from './observations.ts';

export interface TimelineEntry {
  readonly at: number;
  readonly text: string;
  /** What it is about; nothing = everything. */
  readonly subjects: readonly string[];
}

/** How far around a violation an excerpt reaches, in milliseconds, and how many entries it has at most. */
const AROUND_MS = 30_000;
const EXCERPT_ENTRIES = 60;

/** All that was seen, in the order of time. */
export function timelineOf({ faults, tasks, rollingRestarts, chain, nodes, deaths }: Observations): TimelineEntry[] {
  const entries = [
    ...faults.flatMap(({ type, target, beganAt, endedAt, tookEffect }) => [
      { at: beganAt, text: `fault   ${target}  ${type} begins`, subjects: subjectsOfFault(type, target) },
      {
        at: endedAt,
        text: `fault   ${target}  ${type} is over${tookEffect ? '' : ', without effect'}`,
        subjects: subjectsOfFault(type, target),
      },
    ]),
    ...tasks.flatMap(entriesOfTask),
    ...rollingRestarts.flatMap(entriesOfRollingRestart),
    ...entriesOfChain(chain),
    ...nodes.flatMap(({ name, events }) => events.map((event) => entryOfEvent(name, event))),
    ...nodes.flatMap(({ name, requests }) => requests.map((request) => entryOfRequest(name, request))),
    ...deaths.map(({ process, at, how }) => ({ at, text: `death   ${process}: ${how}`, subjects: [] })),
  ];
  return entries.toSorted((a, b) => a.at - b.at);
}

/** What happened to the subjects of a violation around its time, and to everybody. */
export function excerptFor({ at, subjects }: Violation, timeline: readonly TimelineEntry[]): TimelineEntry[] {
  const near = timeline.filter(
    (entry) =>
      Math.abs(entry.at - at) <= AROUND_MS &&
      (entry.subjects.length === 0 || entry.subjects.some((subject) => subjects.includes(subject))),
  );
  const middle = near.findIndex((entry) => entry.at >= at);
  const begin = Math.max(0, (middle < 0 ? near.length : middle) - EXCERPT_ENTRIES * 0.75);
  return near.slice(begin, begin + EXCERPT_ENTRIES);
}

/** @param from - What times are counted from, in milliseconds since 1970. */
export function timelineText(entries: readonly TimelineEntry[], from: number): string {
  return entries.map(({ at, text }) => `${((at - from) / 1000).toFixed(3).padStart(9)}  ${text}`).join('\n');
}

/** A fault of a server or a process of the service is one of everybody. */
function subjectsOfFault(type: string, target: string): string[] {
  return /^(sidecar|seid|node|validator)\./.test(type) ? [target] : [];
}

function entriesOfTask({ name, node, kind, taskId, states, deletedAt }: ObservedTask): TimelineEntry[] {
  const subjects = [name, node, taskId];
  return [
    ...states.map(({ at, status: { phase, step, reason, message } }) => ({
      at,
      text: `task    ${node}  ${name} ${kind}: ${[phase, step, reason].filter(Boolean).join(' ')}  ${message ?? ''}`,
      subjects,
    })),
    ...(deletedAt === undefined
      ? []
      : [{ at: deletedAt, text: `task    ${node}  ${name} ${kind}: deleted`, subjects }]),
  ];
}

function entriesOfRollingRestart({ planned, states, deletedAt, tries }: ObservedRollingRestart): TimelineEntry[] {
  const { name, nodes } = planned;
  const subjects = [name, ...nodes];
  const entry = (at: number, text: string): TimelineEntry => ({ at, text: `runbook ${name}  ${text}`, subjects });
  return [
    ...states.map(({ at, spec, status: { phase, reason, progress, current, message } = {} }) => {
      const command = spec.control === undefined ? '' : `  [${Object.values(spec.control).join(' ')}]`;
      return entry(at, `${[phase, reason, progress, current].filter(Boolean).join(' ')}  ${message ?? ''}${command}`);
    }),
    ...tries.flatMap(({ node, count, startedAt, endedAt, end }) => [
      entry(startedAt, `try ${count} at ${node} begins`),
      ...(endedAt === undefined ? [] : [entry(endedAt, `try ${count} at ${node}: ${end}`)]),
    ]),
    ...(deletedAt === undefined ? [] : [entry(deletedAt, 'deleted')]),
  ];
}

/** Everybody's: the voting power of all counts together. */
function entriesOfChain({ absences, stops }: ObservedChain): TimelineEntry[] {
  return [
    ...absences.flatMap(({ name, power, reason, fromMs, toMs }) => [
      entryOfAll(fromMs, `${name} with ${power} does not sign (${reason})`),
      ...(toMs === undefined ? [] : [entryOfAll(toMs, `${name} is no longer missing (${reason})`)]),
    ]),
    ...stops.map(({ fromMs, height }) => entryOfAll(fromMs, `stops after block ${height}`)),
  ];
}

function entryOfAll(at: number, text: string): TimelineEntry {
  return { at, text: `chain   ${text}`, subjects: [] };
}

function entryOfEvent(node: string, { at, type, ...details }: JournalEntry): TimelineEntry {
  return { at, text: `node    ${node}  ${type} ${Object.values(details).join(' ')}`, subjects: [node] };
}

function entryOfRequest(node: string, { at, method, path, body, status }: RecordedRequest): TimelineEntry {
  return {
    at,
    text: `request ${node}  ${method} ${path} ${status ?? 'no answer'} ${body}`.trimEnd(),
    subjects: [node],
  };
}
