import { LISTED_NODES } from '../../api/runbook-limits.ts';
import type { RunbookNodePhase, RunbookNodeStep, RunbookVerb } from '../../api/runbook-phases.ts';
import type { GuardNumbers } from '../guard/decide-guard.ts';

/*
 * What a runbook knows. It is a value: the workflow keeps it, reducers make the next one, and it is the input of the
 * next run after a continue-as-new. Add optional fields, change none. Times are in milliseconds since the epoch.
 */

/** A target as it was frozen. */
export interface FrozenNode {
  readonly name: string;
  /** Whether it is in the validator set or, while that is not known, whether it is a validator by its SeiNode. */
  readonly isValidator: boolean;
  /** Voting power, a decimal number. Unset: none, or not known. */
  readonly power?: string;
}

/** `spec.strategy`, with its number of nodes. */
export interface RunbookRules {
  readonly maxUnavailable: number;
  readonly canary?: { readonly count: number; readonly pauseAfter: boolean };
  readonly soakMs: number;
  readonly onFailure: 'Pause' | 'Abort';
  readonly maxFailures: number;
}

export interface RunbookNode extends FrozenNode {
  readonly phase: RunbookNodePhase;
  /** Set while it is Running. */
  readonly step?: RunbookNodeStep;
  /** When the phase or the step began. */
  readonly sinceMs?: number;
  readonly reason?: string;
  readonly message?: string;
  /** How often it was started, without what was given up before anything was sent. */
  readonly tries: number;
  /** How often a start was given up, because something was in the way after all. Default: never. */
  readonly holds?: number;
  /** When its last try began. */
  readonly startedAtMs?: number;
  /** How long its last try took. */
  readonly tookMs?: number;
  readonly heightBefore?: number;
  readonly heightAfter?: number;
  /** Whether an operator resumed the runbook after its failure. */
  readonly isAccepted?: boolean;
}

/** Why no further node is started. Each ends on its own. */
export interface RunbookPauses {
  /** `spec.paused`. */
  readonly spec?: true;
  /** The verb pause, with its reason; or a pause by `spec.paused` that is missing in a restored backup. */
  readonly operator?: string;
  /** The canary has passed its gates. */
  readonly canary?: true;
  /** More nodes failed than `maxFailures`. */
  readonly failure?: true;
  /** The chain was halted: what was found. */
  readonly halted?: string;
}

export interface RunbookWaiting {
  readonly reason: WaitingReason;
  readonly message: string;
  /** Since when it has been the reason; for the guard, with the same verdict. */
  readonly sinceMs: number;
  /** When it is known to end. */
  readonly untilMs?: number;
}

export type WaitingReason = 'OutsideWindow' | 'Unavailable' | 'Queued' | 'Guarded';

/** Why no further node will be started. */
interface RunbookAbort {
  readonly by: 'operator' | 'failure' | 'deletion';
  readonly message: string;
}

/** The answer to a command. */
export interface ControlAnswer {
  readonly id: string;
  readonly verb: RunbookVerb;
  readonly node?: string;
  readonly isAccepted: boolean;
  readonly message: string;
  readonly atMs: number;
  /** Whether it came from `spec.control`. */
  readonly isFromSpec: boolean;
}

export interface RunbookFailure {
  readonly name: string;
  readonly reason: string;
  readonly message: string;
  readonly atMs: number;
}

export interface RunbookState {
  readonly rules: RunbookRules;
  /** In the order in which they are started. */
  readonly nodes: readonly RunbookNode[];
  readonly startedAtMs: number;
  /** Grows with each change. */
  readonly revision: number;
  /** Generation of the spec that was last acted on. */
  readonly generation?: number;
  /** When the bridge read it, in milliseconds since the epoch. Unset: before the start, or an older version has sent it. */
  readonly settingsReadAtMs?: number;
  /** `spec.skipNodes`. Default: none. */
  readonly skipNodes?: readonly string[];
  readonly pauses: RunbookPauses;
  /** Whether the canary is finished, or there is none. */
  readonly isCanaryOver: boolean;
  /** No node is started before it. */
  readonly soakUntilMs?: number;
  /** The node for which the last check found no obstacle. */
  readonly cleared?: string;
  /** What the last check found in the way. */
  readonly waiting?: RunbookWaiting;
  readonly guard?: GuardNumbers;
  readonly aborting?: RunbookAbort;
  /** Its end was decided: no command has an effect any longer. */
  readonly isOver?: true;
  /** The last ten. */
  readonly failures: readonly RunbookFailure[];
  /** The last fifty. */
  readonly answers: readonly ControlAnswer[];
}

/** What became of one try at a node. `held`: nothing was sent, because something was in the way. */
export type NodeResult =
  | { readonly state: 'held'; readonly waiting: Pick<RunbookWaiting, 'reason' | 'message'> }
  | {
      readonly state: 'passed';
      readonly message: string;
      readonly heightBefore?: number;
      readonly heightAfter?: number;
    }
  | {
      readonly state: 'failed';
      readonly reason: string;
      readonly message: string;
      readonly heightBefore?: number;
      readonly heightAfter?: number;
    };

export function initialRunbookState(plan: {
  readonly rules: RunbookRules;
  readonly nodes: readonly FrozenNode[];
  readonly startedAtMs: number;
  readonly generation?: number;
}): RunbookState {
  return {
    ...plan,
    nodes: plan.nodes.map((node) => ({ ...node, phase: 'Pending', tries: 0 })),
    // Above that of a runbook that is being planned.
    revision: 1,
    pauses: {},
    isCanaryOver: plan.rules.canary === undefined,
    failures: [],
    answers: [],
  };
}

/** Number of the workflow of a node's present or last start: each has one of its own. */
export function startNumber({ tries, holds = 0 }: Pick<RunbookNode, 'tries' | 'holds'>): number {
  return tries + holds;
}

export function nodesIn(state: RunbookState, phase: RunbookNodePhase): readonly RunbookNode[] {
  return state.nodes.filter((node) => node.phase === phase);
}

/** Failed nodes after which no operator has resumed the runbook. */
export function openFailures(state: RunbookState): readonly RunbookNode[] {
  return nodesIn(state, 'Failed').filter(({ isAccepted }) => !isAccepted);
}

/** The state with one node changed. */
export function withNode(state: RunbookState, name: string, change: (node: RunbookNode) => RunbookNode): RunbookState {
  return { ...state, nodes: state.nodes.map((node) => (node.name === name ? change(node) : node)) };
}

/**
 * The state that the next run of the workflow begins with: without a check that it has to make again, and without messages
 * that are not shown. With those of 2,000 nodes it could exceed the 2 MB that Temporal accepts.
 */
export function carriedState(given: RunbookState): RunbookState {
  const { cleared: _, ...state } = given;
  if (state.nodes.length <= LISTED_NODES) return state;
  return { ...state, nodes: state.nodes.map(({ message: _message, ...node }) => node) };
}
