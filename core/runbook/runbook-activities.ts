import type { NodeReference } from '../../api/node-reference.ts';
import type { RunbookInput } from '../../api/temporal/runbook-input.ts';
import type { MirrorTarget } from '../../api/temporal/task-input.ts';
import type { GuardNumbers } from '../guard/decide-guard.ts';
import type { GuardHold } from '../guard/guard-hold.ts';
import type { PlannedRunbook, RunbookPlan } from './plan-runbook.ts';
import type { RunbookWaiting, WaitingReason } from './runbook-state.ts';
import type { RunbookView } from './runbook-view.ts';

/*
 * The activities of runbooks by the names that the Temporal UI shows, and what goes between them and the workflows. All
 * of it is in histories: add optional fields, change none. Times are in milliseconds.
 */

/** The side effects of runbooks. */
export interface RunbookActivities {
  /** Checks the spec, lists the targets, reads their chain and freezes them. */
  planRunbook(input: RunbookInput): Promise<PlanResult>;
  /**
   * Waits until a node may be started. Returns early when what is in the way is not what the runbook shows, so that it
   * can show it.
   */
  awaitStart(request: StartRequest): Promise<StartResult>;
  /** Polls until a node that was restarted has passed its gate. */
  gateNode(request: GateRequest): Promise<GateResult>;
  /**
   * Writes what the workflow shows into the status, until it is cancelled or the resource is gone or terminal. Asks the
   * workflow by its query `view`.
   */
  mirrorRunbook(runbook: MirrorTarget): Promise<'gone' | 'terminal'>;
  /** Writes the end into the status, and records an Event. */
  finishRunbook(request: { readonly runbook: MirrorTarget; readonly view: RunbookView }): Promise<void>;
}

export type PlanResult =
  | ({ readonly state: 'planned' } & PlannedRunbook)
  | { readonly state: 'refused'; readonly message: string };

export interface StartRequest {
  readonly plan: RunbookPlan;
  readonly node: string;
  /** All nodes of the runbook. */
  readonly nodes: readonly string[];
  readonly running: readonly string[];
  readonly slots: number;
  /** What the runbook shows as its reason to wait. */
  readonly shown?: { readonly reason: WaitingReason; readonly message: string };
  /** What of the guard holds the node back since an earlier check. Unset: nothing. */
  readonly hold?: GuardHold;
}

export type StartResult =
  | { readonly state: 'ready'; readonly guard?: GuardNumbers; readonly height?: number }
  | { readonly state: 'waiting'; readonly guard?: GuardNumbers; readonly obstacle: Omit<RunbookWaiting, 'sinceMs'> }
  /** The SeiNode no longer exists, is being deleted, or is on another chain. */
  | { readonly state: 'unusable'; readonly reason: string; readonly message: string };

export interface GateRequest {
  readonly node: NodeReference;
  readonly isValidator: boolean;
  readonly plan: Pick<RunbookPlan, 'cluster' | 'chainId' | 'gate' | 'guard'>;
  /** What an earlier part of the wait found. */
  readonly earlier?: GateProgress;
}

/** What a gate knows, also across attempts. */
export interface GateProgress {
  /** Head of the other nodes when the gate was first read. */
  readonly headAtRestart?: number;
  /** Time waited while the chain made blocks. */
  readonly waitedMs: number;
  /** The height of the node at the last read. */
  readonly height?: number;
  /** What the node was last waited for. */
  readonly message?: string;
  /** Whether the chain was halted. */
  readonly isHalted?: boolean;
}

export type GateResult = { readonly progress: GateProgress } & (
  | { readonly state: 'passed'; readonly message: string }
  | { readonly state: 'timed-out' }
  | { readonly state: 'interrupted' }
  /** The chain is halted, or makes blocks again. */
  | { readonly state: 'halted' | 'resumed'; readonly message: string }
);
