import type { RunbookNodeStep } from '../../api/runbook-phases.ts';
import { LISTED_FAILURES } from '../../api/runbook-limits.ts';
import type { GuardNumbers } from '../guard/decide-guard.ts';
import { present } from '../../lib/present.ts';
import {
  nodesIn,
  openFailures,
  withNode,
  type NodeResult,
  type RunbookNode,
  type RunbookState,
  type RunbookWaiting,
} from './runbook-state.ts';

/** Something that happened to a runbook, other than a command. */
export type RunbookEvent =
  /** A check found nothing, or an obstacle, in the way of a node's start. */
  | {
      readonly type: 'checked';
      readonly node: string;
      readonly guard?: GuardNumbers;
      readonly obstacle?: Omit<RunbookWaiting, 'sinceMs'>;
    }
  /** A try at a node has begun. */
  | { readonly type: 'started'; readonly node: string }
  | { readonly type: 'stepped'; readonly node: string; readonly step: RunbookNodeStep; readonly message?: string }
  /** The gate of a node found the chain halted. */
  | { readonly type: 'halted'; readonly message: string }
  | { readonly type: 'ended'; readonly node: string; readonly result: NodeResult }
  /** The resource was deleted, or the workflow was cancelled. */
  | { readonly type: 'deleted' }
  /** Its end was decided, and is about to be written. */
  | { readonly type: 'over' };

/**
 * The state after an event.
 *
 * @param atMs - When it happened, in milliseconds since the epoch.
 */
export function afterRunbookEvent(state: RunbookState, event: RunbookEvent, atMs: number): RunbookState {
  return { ...reduce(state, event, atMs), revision: state.revision + 1 };
}

function reduce(state: RunbookState, event: RunbookEvent, atMs: number): RunbookState {
  switch (event.type) {
    case 'checked':
      return afterCheck(state, event, atMs);
    case 'started':
      return afterStart(state, event.node, atMs);
    case 'stepped':
      return withNode(state, event.node, (node) =>
        node.phase === 'Running'
          ? { ...withoutMessage(node), ...present({ message: event.message }), step: event.step, sinceMs: atMs }
          : node,
      );
    case 'halted':
      return { ...uncleared(state), pauses: { ...state.pauses, halted: event.message } };
    case 'deleted':
      return {
        ...uncleared(state),
        aborting: state.aborting ?? {
          by: 'deletion',
          message: 'The resource was deleted or the workflow was cancelled.',
        },
      };
    case 'over':
      return { ...state, isOver: true };
    default:
      return afterEnd(state, event.node, { result: event.result, atMs });
  }
}

function afterCheck(
  state: RunbookState,
  { node, guard = state.guard, obstacle }: Extract<RunbookEvent, { type: 'checked' }>,
  atMs: number,
): RunbookState {
  const next = { ...uncleared(state), ...present({ guard }) };
  if (obstacle === undefined) return { ...next, cleared: node };
  const isSame = state.waiting?.reason === obstacle.reason && state.guard?.verdict === guard?.verdict;
  const sinceMs = isSame ? (state.waiting?.sinceMs ?? atMs) : atMs;
  return { ...next, waiting: { ...obstacle, sinceMs } };
}

function afterStart(state: RunbookState, name: string, atMs: number): RunbookState {
  return withNode(uncleared(state), name, ({ isValidator, power, tries, holds }) => ({
    name,
    isValidator,
    ...present({ power, holds }),
    phase: 'Running',
    step: 'Queued',
    tries: tries + 1,
    startedAtMs: atMs,
    sinceMs: atMs,
  }));
}

function afterEnd(
  state: RunbookState,
  name: string,
  { result, atMs }: { readonly result: NodeResult; readonly atMs: number },
): RunbookState {
  if (result.state === 'held') {
    const next = skipListed(withNode(uncleared(state), name, heldNode));
    return nodesIn(next, 'Pending').some((node) => node.name === name)
      ? { ...next, waiting: { ...result.waiting, sinceMs: atMs } }
      : next;
  }
  const ended = withNode(uncleared(state), name, (node) => endedNode(node, result, atMs));
  if (result.state === 'passed') return afterPass(ended, atMs);
  const { reason, message } = result;
  const failures = [...state.failures, { name, reason, message, atMs }].slice(-LISTED_FAILURES);
  return afterFailure(skipListed({ ...ended, failures }), name);
}

/** It waits again like any other, so that windows, pauses and commands apply to it. */
function heldNode({ name, isValidator, power, tries, holds = 0 }: RunbookNode): RunbookNode {
  return { name, isValidator, ...present({ power }), phase: 'Pending', tries: tries - 1, holds: holds + 1 };
}

function endedNode(node: RunbookNode, result: Exclude<NodeResult, { state: 'held' }>, atMs: number): RunbookNode {
  const { step: _, ...rest } = node;
  const { message, heightBefore, heightAfter } = result;
  return {
    ...rest,
    phase: result.state === 'passed' ? 'Complete' : 'Failed',
    ...(result.state === 'failed' ? { reason: result.reason } : {}),
    message,
    sinceMs: atMs,
    tookMs: Math.max(0, atMs - (node.startedAtMs ?? atMs)),
    ...present({ heightBefore, heightAfter }),
  };
}

function afterPass(state: RunbookState, atMs: number): RunbookState {
  const { soakMs, canary } = state.rules;
  const next = soakMs > 0 ? { ...state, soakUntilMs: atMs + soakMs } : state;
  if (state.isCanaryOver || canary === undefined || nodesIn(state, 'Complete').length < canary.count) return next;
  // A pause after the last node would wait for nothing.
  const isLast = nodesIn(state, 'Pending').length === 0;
  return canary.pauseAfter && !isLast
    ? { ...next, isCanaryOver: true, pauses: { ...next.pauses, canary: true } }
    : { ...next, isCanaryOver: true };
}

function afterFailure(state: RunbookState, name: string): RunbookState {
  const { onFailure, maxFailures } = state.rules;
  if (openFailures(state).length <= maxFailures) return state;
  if (onFailure === 'Pause') return { ...state, pauses: { ...state.pauses, failure: true } };
  return { ...state, aborting: state.aborting ?? { by: 'failure', message: `Node ${name} failed.` } };
}

/** Leaves out the nodes that `spec.skipNodes` lists. One at hand is finished first, and left out unless it passes. */
export function skipListed(state: RunbookState): RunbookState {
  const listed = new Set(state.skipNodes);
  const nodes = state.nodes.map((node) =>
    listed.has(node.name) && (node.phase === 'Pending' || node.phase === 'Failed')
      ? skippedNode(node, 'It is in spec.skipNodes.')
      : node,
  );
  return { ...state, nodes };
}

export function skippedNode(
  { reason: _reason, isAccepted: _accepted, ...node }: RunbookNode,
  message: string,
): RunbookNode {
  return { ...node, phase: 'Skipped', message };
}

/** What a check found no longer counts. */
export function uncleared(state: RunbookState): RunbookState {
  const { cleared: _cleared, waiting: _waiting, ...rest } = state;
  return rest;
}

function withoutMessage(node: RunbookNode): RunbookNode {
  const { message: _, ...rest } = node;
  return rest;
}
