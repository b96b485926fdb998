import { nodesIn, type RunbookNode, type RunbookState } from './runbook-state.ts';

/** What a runbook does next. */
export type RunbookStep =
  /** Find out whether the node may be started: window, other nodes, guard. */
  | { readonly do: 'check'; readonly node: string }
  /** Start a try at the node. */
  | { readonly do: 'start'; readonly node: string; readonly try: number }
  /** Until something happens, or until a time in milliseconds since the epoch. */
  | { readonly do: 'wait'; readonly untilMs?: number }
  /** Continue in a new run: the history of this one is long. */
  | { readonly do: 'continue-as-new' }
  | { readonly do: 'end'; readonly phase: 'Complete' | 'Failed' | 'Aborted' };

const WAIT: RunbookStep = { do: 'wait' };

/**
 * Decides from a runbook's state alone.
 *
 * @param nowMs - In milliseconds since the epoch.
 * @param isHistoryLong - Whether the workflow has to continue in a new run, which it cannot with a node at hand: then
 * none is started until those at hand have ended. Default: no.
 */
export function nextRunbookStep(state: RunbookState, nowMs: number, isHistoryLong = false): RunbookStep {
  const running = nodesIn(state, 'Running').length;
  const ended = endOf(state);
  if (ended !== undefined) return running > 0 ? WAIT : { do: 'end', phase: ended };
  if (isHistoryLong) return running > 0 ? WAIT : { do: 'continue-as-new' };
  return nextStart(state, nowMs, running);
}

function nextStart(state: RunbookState, nowMs: number, running: number): RunbookStep {
  if (isPaused(state)) return WAIT;
  const node = nextNode(state);
  if (node === undefined || running >= slots(state)) return WAIT;
  const { soakUntilMs = 0, cleared } = state;
  if (soakUntilMs > nowMs) return { do: 'wait', untilMs: soakUntilMs };
  return cleared === node.name
    ? { do: 'start', node: node.name, try: node.tries + 1 }
    : { do: 'check', node: node.name };
}

/** A failed node that is retried is next, then the order. */
export function nextNode(state: RunbookState): RunbookNode | undefined {
  const pending = nodesIn(state, 'Pending');
  return pending.find(({ tries }) => tries > 0) ?? pending[0];
}

/** How many nodes may be down at a time: the canary goes alone. */
export function slots({ rules, isCanaryOver }: RunbookState): number {
  return isCanaryOver ? rules.maxUnavailable : 1;
}

export function isPaused({ pauses }: RunbookState): boolean {
  return Object.values(pauses).some((pause) => pause !== undefined);
}

/** How the runbook ends when no node is running any longer. Unset: it does not. */
function endOf(state: RunbookState): 'Complete' | 'Failed' | 'Aborted' | undefined {
  const { aborting, pauses } = state;
  if (aborting !== undefined) return aborting.by === 'failure' ? 'Failed' : 'Aborted';
  if (nodesIn(state, 'Pending').length > 0 || pauses.failure) return undefined;
  return nodesIn(state, 'Failed').length > 0 ? 'Failed' : 'Complete';
}
