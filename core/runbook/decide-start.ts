import type { RunbookWindow } from '../../api/sei-node-runbook.ts';
import type { NodeReference } from '../../api/node-reference.ts';
import type { GuardDecision, GuardNumbers } from '../guard/decide-guard.ts';
import { timestamp } from '../../lib/timestamp.ts';
import type { ChainObservation, ObservedNode } from '../guard/chain-observation.ts';
import { waitingForGuard } from '../guard/guard-obstacle.ts';
import { waitingInQueue, type Obstacle } from '../queueing.ts';
import { windowAt } from './maintenance-window.ts';
import type { RunbookWaiting } from './runbook-state.ts';

/** Names in a message. */
const NAMED = 5;

/** What the start of a node is decided by. */
export interface StartRules {
  readonly namespace: string;
  /** The node that is to be started. */
  readonly node: string;
  /** All nodes of the runbook. */
  readonly nodes: readonly string[];
  /** Those that a restart is under way on. */
  readonly running: readonly string[];
  /** How many nodes may be down at a time. */
  readonly slots: number;
  /** Unset: always. */
  readonly window?: RunbookWindow | undefined;
  /** Other work on the node. Unset: none is known. */
  readonly work?: Exclude<Obstacle, { by: 'interval' }> | undefined;
  /** Who else may take down a validator of the chain. Unset: nobody. */
  readonly chainHolder?: string | undefined;
}

/** What the guard says of the node's restart. */
export type GuardAnswer = Pick<GuardDecision, 'isAllowed' | 'message' | 'numbers' | 'mayHavePower'>;

/** `guard` is unset when something else is in the way. */
export type StartDecision = { readonly guard?: GuardNumbers } & (
  | { readonly state: 'ready' }
  | { readonly state: 'waiting'; readonly obstacle: Omit<RunbookWaiting, 'sinceMs'> }
);

/**
 * Whether a node may be started now: the first that is in the way of window, other nodes that are down, other work on
 * the node, the guard, and other work on the chain.
 *
 * @param guard - Asks the guard; only when nothing else is in the way.
 * @param nowMs - In milliseconds since the epoch.
 * @throws InvalidField for a window that never opens.
 */
export function decideStart(
  observation: ChainObservation,
  rules: StartRules,
  guard: () => GuardAnswer,
  nowMs: number,
): StartDecision {
  const window = rules.window === undefined ? undefined : windowAt(rules.window, nowMs);
  if (window?.isOpen === false)
    return waiting({
      reason: 'OutsideWindow',
      message: `The window opens at ${timestamp(window.opensAtMs)}.`,
      untilMs: window.opensAtMs,
    });
  const unavailable = unavailableNodes(observation, rules);
  if (unavailable.length >= rules.slots)
    return waiting({ reason: 'Unavailable', message: unavailableMessage(unavailable, rules) });
  if (rules.work !== undefined)
    return waiting({ reason: 'Queued', message: waitingInQueue(nodeOf(rules), rules.work, undefined) });
  const answer = guard();
  const message = answer.isAllowed ? chainMessage(observation, answer, rules) : answer.message;
  const decision: StartDecision = message === undefined ? { state: 'ready' } : waiting({ reason: 'Guarded', message });
  return { ...decision, guard: answer.numbers };
}

/** The task itself waits for the permit of the chain. Here it is said before a workflow is started. */
function chainMessage(
  { chainId }: ChainObservation,
  { mayHavePower }: GuardAnswer,
  rules: StartRules,
): string | undefined {
  const { chainHolder: holder } = rules;
  if (!mayHavePower || holder === undefined) return undefined;
  return waitingForGuard(nodeOf(rules), { by: 'chain', chainId, holder }, undefined);
}

function nodeOf({ namespace, node: name }: StartRules): NodeReference {
  return { namespace, name };
}

function waiting(obstacle: Omit<RunbookWaiting, 'sinceMs'>): StartDecision {
  return { state: 'waiting', obstacle };
}

/** Other nodes of the runbook that are being restarted, or are down anyway. A restart of one that is down adds none. */
function unavailableNodes({ nodes }: ChainObservation, rules: StartRules): readonly string[] {
  const running = new Set(rules.running);
  const observed = new Map(
    nodes.filter(({ namespace }) => namespace === rules.namespace).map((node) => [node.name, node]),
  );
  return rules.nodes.filter((name) => {
    if (name === rules.node) return false;
    const node = observed.get(name);
    return running.has(name) || (node !== undefined && isDown(node));
  });
}

function isDown({ phase, status }: ObservedNode): boolean {
  return phase !== 'Running' || status === undefined || status.catchingUp;
}

function unavailableMessage(unavailable: readonly string[], { running, slots }: StartRules): string {
  const down = unavailable.filter((name) => !running.includes(name));
  const names = [...down.slice(0, NAMED), ...(down.length > NAMED ? [`${down.length - NAMED} more`] : [])].join(', ');
  const limit = `maxUnavailable allows ${slots}`;
  return down.length === 0
    ? `${running.length} nodes are being restarted, and ${limit}.`
    : `Not available: ${names}; ${limit}. A node is available when its SeiNode is Running and its RPC reports that it has caught up. Repair them.`;
}
