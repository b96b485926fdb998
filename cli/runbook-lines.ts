import type { RunbookStatus, SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import { short } from './task-facts.ts';
import { tableLines, type Row } from './table.ts';
import { hanging } from './wrapped.ts';

type ListedNode = NonNullable<RunbookStatus['nodes']>[number];

const COLUMNS = [
  { title: 'NODE' },
  { title: 'PHASE' },
  { title: 'STEP', leaveOut: 4 },
  { title: 'POWER', leaveOut: 3 },
  { title: 'HEIGHT', leaveOut: 1 },
  { title: 'TIME', leaveOut: 2 },
];

/**
 * Where a runbook stands, for a person.
 *
 * @param width - In columns of the terminal. Default: each fact is one line.
 */
export function runbookLines(
  { metadata, spec = {}, status = {} }: SeiNodeRunbook,
  nowMs: number,
  width = Infinity,
): string[] {
  const facts: readonly (readonly [string, string])[] = [
    ['Runbook', `${metadata.namespace}/${metadata.name}`],
    ['Chain', typeof spec['chainId'] === 'string' ? short(spec['chainId']) : ''],
    ['Phase', short(status.phase)],
    ['Reason', short(status.reason)],
    ['Progress', short(status.progress)],
    ['Message', messageText(status)],
    ['Elapsed', elapsed(status, nowMs)],
    ['Complete at', short(status.estimatedCompletion)],
    ['Guard', guardText(status.guard)],
    ['Command', commandText(status.control)],
    ['Workflow', workflowText(status.workflow)],
  ];
  const known = facts.filter(([, value]) => value !== '').map(([label, value]) => [`${label}:`, value] as const);
  return [...hanging(known, width), ...nodeLines(status, nowMs, width)];
}

/** One line for each change of a runbook, for a program or a log. */
export function runbookChange({ status = {} }: SeiNodeRunbook): string {
  const { phase = 'New', progress = '', reason = '', current = '', message = '' } = status;
  return printable([phase, progress, reason, current, message].filter((part) => part !== '').join('  '), 4096);
}

function nodeLines({ nodes = [] }: RunbookStatus, nowMs: number, width: number): string[] {
  if (nodes.length === 0) return [];
  const rows = nodes.map((node) => nodeRow(node, nowMs));
  return ['', ...tableLines({ columns: COLUMNS, textTitle: 'MESSAGE', rows }, width)];
}

function nodeRow({ name, phase, step, reason, power = '', message = '', ...node }: ListedNode, nowMs: number): Row {
  const runningMs = phase === 'Running' && node.since !== undefined ? nowMs - Date.parse(node.since) : undefined;
  const tookMs = node.seconds === undefined ? runningMs : 1_000 * node.seconds;
  const height = node.heightAfter ?? node.heightBefore;
  return {
    cells: [
      short(name),
      phase,
      step ?? short(reason),
      short(power),
      height === undefined ? '' : String(height),
      tookMs === undefined ? '' : formatDuration(tookMs),
    ],
    text: printable(message),
  };
}

function messageText({ phase, message = '' }: RunbookStatus): string {
  return phase === undefined ? 'No service has seen this runbook yet.' : printable(message, 4096);
}

function workflowText(workflow: RunbookStatus['workflow']): string {
  return printable(workflow?.url ?? workflow?.id ?? '');
}

function elapsed({ startedAt, duration, completedAt }: RunbookStatus, nowMs: number): string {
  if (completedAt !== undefined) return short(duration);
  return startedAt === undefined ? '' : formatDuration(nowMs - Date.parse(startedAt));
}

function guardText(guard: RunbookStatus['guard']): string {
  if (guard === undefined) return '';
  const { verdict, height, totalPower, riskPower, sources = [] } = guard;
  const power = riskPower === undefined || totalPower === undefined ? '' : `, ${riskPower} of ${totalPower} power`;
  const at = height === undefined ? '' : ` at height ${height}`;
  return printable(`${verdict}${power}${at}, by ${sources.length} nodes`);
}

function commandText(control: RunbookStatus['control']): string {
  if (control === undefined) return '';
  const { id, verb, node = '', accepted, message } = control;
  return printable(`${verb} ${node} (${id}) ${accepted ? 'accepted' : 'refused'}: ${message}`.replace('  ', ' '));
}
