import type { RunbookPhase } from '../../api/runbook-phases.ts';
import { LISTED_NODES } from '../../api/runbook-limits.ts';
import type { RunbookReason } from '../../api/runbook-reasons.ts';
import type { RunbookStatus } from '../../api/sei-node-runbook.ts';
import type { GuardNumbers } from '../guard/decide-guard.ts';
import { present } from '../../lib/present.ts';
import { printable } from '../../lib/printable.ts';
import { timestamp } from '../../lib/timestamp.ts';
import { isPaused, nextNode, slots } from './next-runbook-step.ts';
import {
  nodesIn,
  openFailures,
  type ControlAnswer,
  type RunbookFailure,
  type RunbookNode,
  type RunbookState,
} from './runbook-state.ts';

/** Longest message of a node in a list of nodes, in characters. */
const NODE_MESSAGE = 300;
/** Nodes that `current` and messages name. */
const NAMED = 3;

/** The part of a runbook's status that its state gives. */
export type RunbookView = Omit<
  RunbookStatus,
  'conditions' | 'workflow' | 'phaseTransitionTime' | 'completedAt' | 'duration'
> & {
  readonly phase: RunbookPhase;
  readonly reason: RunbookReason;
  readonly message: string;
};

/**
 * What a runbook's state looks like from outside. Bounded: below 200 kB at 2,000 nodes.
 *
 * @param nowMs - In milliseconds since the epoch.
 * @param end - How the runbook ended. Unset: it has not.
 */
export function runbookView(state: RunbookState, nowMs: number, end?: 'Complete' | 'Failed' | 'Aborted'): RunbookView {
  const counts = countsOf(state);
  const running = nodesIn(state, 'Running');
  const answer = state.answers.findLast(({ isFromSpec }) => isFromSpec);
  return {
    ...(end === undefined ? outlook(state, nowMs) : ending(state, end)),
    startedAt: timestamp(state.startedAtMs),
    progress: `${counts.complete + counts.skipped}/${counts.total}`,
    counts,
    nodes: listed(state).map(nodeView),
    revision: state.revision,
    ...present({
      observedGeneration: state.generation,
      current: running.length === 0 ? undefined : named(running.map(({ name, step }) => `${name}: ${step}`)),
      failures: state.failures.length === 0 ? undefined : state.failures.map(failureView),
      guard: state.guard && guardView(state.guard),
      control: answer && answerView(answer),
      estimatedCompletion: end === undefined ? estimate(state, nowMs) : undefined,
    }),
  };
}

/** Before the nodes are known. */
export function planningView(startedAtMs: number): RunbookView {
  const message = 'The nodes are being listed and their chain is being read.';
  return { phase: 'Planning', reason: 'Planning', message, startedAt: timestamp(startedAtMs), revision: 0 };
}

/** A runbook that ended before its nodes were known. */
export function endView(phase: 'Failed', reason: RunbookReason, message: string): RunbookView {
  return { phase, reason, message, revision: 1 };
}

type Outlook = Pick<RunbookView, 'phase' | 'reason' | 'message'>;

function ending(state: RunbookState, end: 'Complete' | 'Failed' | 'Aborted'): Outlook {
  const { complete, skipped, failed, pending, total } = countsOf(state);
  const done = `${complete} of ${total} nodes were restarted and passed their gates, ${skipped} were skipped.`;
  if (end === 'Complete') return { phase: end, reason: 'RunbookComplete', message: done };
  const rest = `${done} ${failed} failed, ${pending} were not restarted. Check the failed nodes, then create a new runbook for the rest.`;
  if (end === 'Aborted')
    return { phase: end, reason: abortReason(state), message: `${state.aborting?.message ?? ''} ${rest}` };
  return { phase: end, reason: 'NodesFailed', message: rest };
}

function abortReason({ aborting }: RunbookState): RunbookReason {
  return aborting?.by === 'deletion' ? 'Deleted' : 'AbortedByOperator';
}

function outlook(state: RunbookState, nowMs: number): Outlook {
  const running = nodesIn(state, 'Running');
  const atHand = running.length === 0 ? '' : ` At hand: ${named(running.map(({ name }) => name))}.`;
  const { aborting } = state;
  if (aborting !== undefined)
    return {
      phase: 'Running',
      reason: aborting.by === 'failure' ? 'NodesFailed' : abortReason(state),
      message: `No further node is started. ${aborting.message}${atHand}`,
    };
  if (isPaused(state)) return paused(state, atHand);
  if (running.length > 0 && (nextNode(state) === undefined || running.length >= slots(state)))
    return { phase: 'Running', reason: 'RestartingNodes', message: atHand.trim() };
  const wait = waitOf(state, nowMs);
  return running.length > 0
    ? { phase: 'Running', reason: 'RestartingNodes', message: `${atHand.trim()} ${wait.message}`.trim() }
    : { phase: 'Waiting', ...wait };
}

function waitOf({ soakUntilMs = 0, waiting }: RunbookState, nowMs: number): Omit<Outlook, 'phase'> {
  if (soakUntilMs > nowMs)
    return { reason: 'Soaking', message: `The next node is not started before ${timestamp(soakUntilMs)}.` };
  return waiting === undefined
    ? { reason: 'Checking', message: 'It is being checked whether the next node may be started.' }
    : { reason: waiting.reason, message: waiting.message };
}

function paused(state: RunbookState, atHand: string): Outlook {
  const { pauses } = state;
  if (pauses.failure) {
    const names = named(openFailures(state).map(({ name }) => name));
    return {
      phase: 'NeedsOperator',
      reason: 'NodesFailed',
      message: `${names} failed.${atHand} Check the node, then choose: retry it, skip it, resume without it, or abort.`,
    };
  }
  if (pauses.halted !== undefined)
    return {
      phase: 'Paused',
      reason: 'ChainHalted',
      message: `${pauses.halted}${atHand} Resume the runbook when the chain makes blocks again.`,
    };
  const [reason, message] = pauseWords(state);
  return { phase: 'Paused', reason, message: `${message}${atHand}` };
}

function pauseWords({ pauses }: RunbookState): [reason: RunbookReason, message: string] {
  if (pauses.canary)
    return ['CanaryPassed', 'The canary has passed its gates. Check it, then resume or promote the runbook.'];
  if (pauses.operator !== undefined)
    return [
      'PausedByOperator',
      `An operator paused it${pauses.operator === '' ? '' : ` (${pauses.operator})`}. Resume it to continue.`,
    ];
  return ['PausedBySpec', 'spec.paused is true. Set it to false to continue.'];
}

function countsOf({ nodes }: RunbookState) {
  const counts = { total: nodes.length, pending: 0, running: 0, complete: 0, failed: 0, skipped: 0 };
  const fields = {
    Pending: 'pending',
    Running: 'running',
    Complete: 'complete',
    Failed: 'failed',
    Skipped: 'skipped',
  } as const;
  for (const { phase } of nodes) counts[fields[phase]] += 1;
  return counts;
}

/** The nodes that the status lists: all of a small runbook, those at hand of a large one. */
function listed(state: RunbookState): readonly RunbookNode[] {
  return state.nodes.length <= LISTED_NODES ? state.nodes : nodesIn(state, 'Running').slice(0, LISTED_NODES);
}

function nodeView({ name, phase, step, sinceMs, reason, message, power, tries, ...node }: RunbookNode) {
  return {
    name,
    phase,
    ...present({
      step,
      since: sinceMs === undefined ? undefined : timestamp(sinceMs),
      reason,
      message: message && printable(message, NODE_MESSAGE),
      power,
      tries: tries === 0 ? undefined : tries,
      heightBefore: node.heightBefore,
      heightAfter: node.heightAfter,
      seconds: node.tookMs === undefined ? undefined : Math.round(node.tookMs / 1000),
    }),
  };
}

/** Copies, since a status is not read-only. */
function guardView({ absent, sources, ...numbers }: GuardNumbers) {
  return { ...numbers, ...present({ absent: absent && [...absent], sources: sources && [...sources] }) };
}

function failureView({ name, reason, message, atMs }: RunbookFailure) {
  return { name, reason, message: printable(message), at: timestamp(atMs) };
}

function answerView({ id, verb, node, isAccepted: accepted, message, atMs }: ControlAnswer) {
  return { id, verb, ...present({ node }), accepted, message, at: timestamp(atMs) };
}

/** From the time that the finished nodes took. Unset: none has finished, or nobody knows how long a pause lasts. */
function estimate(state: RunbookState, nowMs: number): string | undefined {
  const times = nodesIn(state, 'Complete').flatMap(({ tookMs }) => (tookMs === undefined ? [] : [tookMs]));
  if (times.length === 0 || isPaused(state) || state.aborting !== undefined) return undefined;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length + state.rules.soakMs;
  const left = nodesIn(state, 'Pending').length + nodesIn(state, 'Running').length;
  return timestamp(nowMs + Math.ceil(left / slots(state)) * mean);
}

function named(names: readonly string[]): string {
  const shown = names.length > NAMED ? [...names.slice(0, NAMED), `${names.length - NAMED} more`] : names;
  return shown.join(', ');
}
