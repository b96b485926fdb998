import type { RunbookStatus } from '../api/sei-node-runbook.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import { short } from './task-facts.ts';
import { tableLayout, type Column, type Row } from './table.ts';

type ListedNode = NonNullable<RunbookStatus['nodes']>[number];

const COLUMNS: readonly Column[] = [
  { title: '#', leaveOut: 1 },
  { title: 'NODE' },
  { title: 'PHASE' },
  { title: 'STEP OR REASON' },
  { title: 'POWER', leaveOut: 2 },
  { title: 'HEIGHT', leaveOut: 3 },
  { title: 'TIME', leaveOut: 4 },
];

/** Which nodes stay where there is no room for all, the first ones first. */
const URGENCY: readonly ListedNode['phase'][] = ['Failed', 'Running', 'Pending', 'Skipped', 'Complete'];

export interface TableSize {
  /** In columns of the terminal; `Infinity`: as wide as it takes. */
  readonly width: number;
  /** Most lines. `Infinity`: no limit. */
  readonly height: number;
}

/** Makes a line stand out by the phase of its node. */
export type LineStyle = (line: string, phase: ListedNode['phase']) => string;

/** What is shown of one node. */
interface Entry {
  readonly node: ListedNode;
  readonly index: number;
  readonly lines: readonly string[];
}

/**
 * A line for each node of a runbook, in their order, with what is wrong or being waited for below it. Where the height
 * does not suffice, nodes at hand, failed nodes and the next ones are shown, and the others are counted.
 */
export function runbookTable(
  status: RunbookStatus,
  nowMs: number,
  { width, height }: TableSize,
  style: LineStyle,
): string[] {
  const { nodes = [], counts } = status;
  if (nodes.length === 0) return [];
  const isNumbered = counts === undefined || counts.total === nodes.length;
  const columns = isNumbered ? COLUMNS : COLUMNS.slice(1);
  const isPlan = status.reason === 'DryRun';
  const rows = nodes.map((node, index): Row => {
    const number = String(index + 1).padStart(String(nodes.length).length);
    const cells = cellsOf(node, nowMs);
    return { cells: isNumbered ? [number, ...cells] : cells, text: textOf(node, isPlan) };
  });
  const layout = tableLayout({ columns, textTitle: 'MESSAGE', rows }, width);
  const entries = rows.map((row, index): Entry => ({ node: nodes[index]!, index, lines: layout.linesOf(row) }));
  const shown = fitting(entries, height - 1);
  return [
    layout.header,
    ...shown.flatMap(({ lines, node }) => lines.map((line) => style(line, node.phase))),
    ...restLine(entries.filter((entry) => !shown.includes(entry))),
  ];
}

/** Cells of one node, without its number. */
function cellsOf({ name, phase, step, reason, power, tries = 1, ...node }: ListedNode, nowMs: number): string[] {
  const state = step ?? short(reason);
  const runningMs = phase === 'Running' && node.since !== undefined ? nowMs - Date.parse(node.since) : undefined;
  const tookMs = node.seconds === undefined ? runningMs : 1_000 * node.seconds;
  return [
    short(name),
    phase,
    [state, tries > 1 ? `try ${tries}` : ''].filter((text) => text !== '').join(', '),
    short(power),
    heightText(node),
    tookMs === undefined ? '' : formatDuration(tookMs),
  ];
}

/** `84210377 +25`: the height before the restart, and the blocks since. */
function heightText({ heightBefore, heightAfter }: Pick<ListedNode, 'heightBefore' | 'heightAfter'>): string {
  if (heightBefore === undefined || heightAfter === undefined) return String(heightAfter ?? heightBefore ?? '');
  const gained = heightAfter - heightBefore;
  return `${heightBefore} ${gained < 0 ? '' : '+'}${gained}`;
}

/** A node that is complete has nothing to add to its heights; in a plan it is what the guard says. */
function textOf({ phase, message = '' }: ListedNode, isPlan: boolean): string {
  return isPlan || phase === 'Failed' || phase === 'Running' ? printable(message) : '';
}

function fitting(entries: readonly Entry[], height: number): readonly Entry[] {
  if (entries.reduce((lines, entry) => lines + entry.lines.length, 0) <= height) return entries;
  const shown = new Set<Entry>();
  let left = height - 1;
  for (const entry of entries.toSorted((one, other) => urgency(one) - urgency(other) || nearness(one, other))) {
    if (entry.lines.length > left) break;
    shown.add(entry);
    left -= entry.lines.length;
  }
  return entries.filter((entry) => shown.has(entry));
}

function urgency({ node: { phase } }: Entry): number {
  return URGENCY.indexOf(phase);
}

/** Nodes that are finished stay the longer, the later they were. */
function nearness(one: Entry, other: Entry): number {
  const isFinished = one.node.phase === 'Complete' || one.node.phase === 'Skipped';
  return isFinished ? other.index - one.index : one.index - other.index;
}

function restLine(rest: readonly Entry[]): string[] {
  if (rest.length === 0) return [];
  const counts = URGENCY.map((phase) => [rest.filter(({ node }) => node.phase === phase).length, phase] as const);
  const texts = counts.filter(([count]) => count > 0).map(([count, phase]) => `${count} ${phase}`);
  return [`… and ${rest.length} more: ${texts.join(', ')}`];
}
