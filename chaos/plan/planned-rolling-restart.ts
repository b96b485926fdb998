import type { RunbookVerb } from '../../api/runbook-phases.ts';

/** A SeiNodeRunbook, and what its operator does to it. */
export interface PlannedRollingRestart {
  readonly name: string;
  /** Those that its targets name. */
  readonly nodes: readonly string[];
  /** How many of them may be down at a time. */
  readonly maxUnavailable: number;
  readonly spec: object;
  /** Whether it has to be refused. */
  readonly isInvalid: boolean;
  readonly isDryRun: boolean;
  readonly hasTimeToLive: boolean;
  /** What the operator does at random times. Afterwards he answers each time it waits for him. */
  readonly steering: readonly PlannedSteering[];
  /** What his answers are drawn from. */
  readonly operatorSeed: number;
}

export type PlannedSteering = { readonly afterMs: number } & Steering;

export type Steering =
  /** A command with an id of its own. */
  | { readonly do: 'command'; readonly verb: RunbookVerb; readonly node?: string }
  /** The same with the id of an earlier command that was answered: it must have no effect. */
  | { readonly do: 'repeat'; readonly verb: RunbookVerb; readonly node?: string }
  | { readonly do: 'edit'; readonly paused?: boolean; readonly skipNodes?: readonly string[] }
  | { readonly do: 'delete' };
