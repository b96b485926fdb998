import type { RunbookStatus, SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import { short } from './task-facts.ts';

/** Nodes at hand that are named. */
const NAMED = 3;
const MESSAGE_LIMIT = 4096;

export const UNSEEN_RUNBOOK = 'No service has seen this runbook yet. It may lack the labels of TASK_SELECTOR.';

/** Labels and what is known of a runbook, safe to show; empty text for what is not known. */
export function runbookFacts({ metadata, spec = {}, status = {} }: SeiNodeRunbook, nowMs: number) {
  const chain = typeof spec['chainId'] === 'string' ? `, chain ${short(spec['chainId'])}` : '';
  return [
    ['Runbook', `${metadata.namespace}/${metadata.name}${chain}`],
    ['Phase', phaseText(status, nowMs)],
    ['Nodes', countsText(status)],
    ['Current', currentText(status, nowMs)],
    ['Message', messageText(status)],
    ['Guard', guardText(status.guard)],
    ['Ends', endText(status, nowMs)],
    ['Failure', failureText(status)],
    ['Command', commandText(status.control)],
    ['Workflow', printable(status.workflow?.url ?? status.workflow?.id ?? '')],
  ] as const;
}

function phaseText({ phase, reason, startedAt, completedAt, duration }: RunbookStatus, nowMs: number): string {
  if (phase === undefined) return '';
  const why = reason === undefined ? '' : ` (${short(reason)})`;
  if (completedAt !== undefined) return `${phase}${why}${duration === undefined ? '' : ` after ${short(duration)}`}`;
  return `${phase}${why}${startedAt === undefined ? '' : `, started ${ago(startedAt, nowMs)} ago`}`;
}

/** `3/10: 3 complete, 1 running, 6 pending` */
function countsText({ progress, counts }: RunbookStatus): string {
  if (progress === undefined) return '';
  const { total: _, ...byPhase } = counts ?? { total: 0 };
  const texts = ['complete', 'skipped', 'failed', 'running', 'pending']
    .map((phase) => [(byPhase as Readonly<Record<string, number>>)[phase] ?? 0, phase] as const)
    .filter(([count]) => count > 0)
    .map(([count, phase]) => `${count} ${phase}`);
  return `${short(progress)}${texts.length === 0 ? '' : `: ${texts.join(', ')}`}`;
}

/** `validator-3: Gating for 41s` */
function currentText({ nodes = [] }: RunbookStatus, nowMs: number): string {
  const running = nodes.filter(({ phase }) => phase === 'Running');
  const texts = running
    .slice(0, NAMED)
    .map(({ name, step, since }) => `${short(name)}: ${step}${since === undefined ? '' : ` for ${ago(since, nowMs)}`}`);
  return [...texts, ...(running.length > NAMED ? [`${running.length - NAMED} more`] : [])].join(', ');
}

function messageText({ phase, message = '' }: RunbookStatus): string {
  return phase === undefined ? UNSEEN_RUNBOOK : printable(message, MESSAGE_LIMIT);
}

/** `Allowed, 1700 of 7000 power down (25%) at height 84210377, 6 sources` */
function guardText(guard: RunbookStatus['guard']): string {
  if (guard === undefined) return '';
  const { verdict, height, totalPower, riskPower, sources = [] } = guard;
  const power =
    riskPower === undefined || totalPower === undefined
      ? ''
      : `, ${riskPower} of ${totalPower} power down${percent(riskPower, totalPower)}`;
  const at = height === undefined ? '' : ` at height ${height}`;
  return printable(`${verdict}${power}${at}, ${sources.length} source${sources.length === 1 ? '' : 's'}`);
}

/** Rounded up: what is shown as 33% may be down. */
function percent(part: string, whole: string): string {
  if (!/^\d+$/.test(part) || !/^[1-9]\d*$/.test(whole)) return '';
  return ` (${(BigInt(part) * 100n + BigInt(whole) - 1n) / BigInt(whole)}%)`;
}

function endText({ estimatedCompletion }: RunbookStatus, nowMs: number): string {
  if (estimatedCompletion === undefined) return '';
  const leftMs = Date.parse(estimatedCompletion) - nowMs;
  return `${short(estimatedCompletion)}${leftMs > 0 ? `, in about ${formatDuration(leftMs)}` : ''}`;
}

/** Of a runbook that is too large to list its failed nodes. */
function failureText({ failures, counts, nodes = [] }: RunbookStatus): string {
  const last = failures?.at(-1);
  if (last === undefined || (counts?.total ?? 0) <= nodes.length) return '';
  return printable(`${last.name}: ${last.reason}: ${last.message}`, MESSAGE_LIMIT);
}

function commandText(control: RunbookStatus['control']): string {
  if (control === undefined) return '';
  const { verb, node, accepted, message } = control;
  const words = node === undefined ? verb : `${verb} ${node}`;
  return printable(`${words} ${accepted ? 'accepted' : 'refused'}: ${message}`);
}

function ago(since: string, nowMs: number): string {
  return formatDuration(nowMs - Date.parse(since));
}
