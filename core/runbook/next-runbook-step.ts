import { nodesIn, type RunbookNode, type RunbookState } from './runbook-state.ts';

/** What a runbook does next. */
export type RunbookStep =
  /** Find out whether the node may be started: window, other nodes, guard. */
  | { readonly do: 'check'; readonly node: string }
  /** Start a try at the node. */
  | { readonly do: 'start'; readonly node: string; readonly try: number }
  /** Until something happens, or until a time in milliseconds since the epoch. */
  | { readonly do: 'wait'; readonly untilMs?: number }
  /** Continue in a new run. */
  | { readonly do: 'continue' }
  | { readonly do: 'end'; readonly phase: 'Complete' | 'Failed' | 'Aborted' };

const WAIT: RunbookStep = { do: 'wait' };

/**
 * Decides from a runbook's state alone.
 *
 * @param nowMs - In milliseconds since the epoch.
 * @param isLong - Whether the history is so long that a new run has to continue it: then no node is started in this one.
 * Default: no.
 */
export function nextRunbookStep(state: RunbookState, nowMs: number, isLong = false): RunbookStep {
  const running = nodesIn(state, 'Running').length;
  const last = lastStep(state, isLong);
  if (last !== undefined) return running > 0 ? WAIT : last;
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

/** What a run does last, when no node is running any longer. Unset: it continues. */
function lastStep(state: RunbookState, isLong: boolean): RunbookStep | undefined {
  const phase = endOf(state);
  if (phase !== undefined) return { do: 'end', phase };
  return isLong ? { do: 'continue' } : undefined;
}

/** How the runbook ends when no node is running any longer. Unset: it does not. */
function endOf(state: RunbookState): 'Complete' | 'Failed' | 'Aborted' | undefined {
  const { aborting, pauses } = state;
  if (aborting !== undefined) return aborting.by === 'failure' ? 'Failed' : 'Aborted';
  if (nodesIn(state, 'Pending').length > 0 || pauses.failure) return undefined;
  return nodesIn(state, 'Failed').length > 0 ? 'Failed' : 'Complete';
}
