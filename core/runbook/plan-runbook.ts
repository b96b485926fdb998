import { runbookSpecSchema, type RunbookSpec, type RunbookWindow } from '../../api/sei-node-runbook.ts';
import type { OverrideSpec } from '../../api/guard-spec.ts';
import type { MirrorTarget } from '../../api/temporal/task-input.ts';
import { present } from '../../lib/present.ts';
import { check } from '../invalid-field.ts';
import type { ChainObservation } from '../guard/chain-observation.ts';
import type { GuardDecision, GuardNumbers } from '../guard/decide-guard.ts';
import { freezeTargets, type TargetCandidate } from './freeze-targets.ts';
import { windowAt } from './maintenance-window.ts';
import { maxUnavailableOf } from './max-unavailable.ts';
import type { FrozenNode, RunbookRules } from './runbook-state.ts';

/** A checked runbook, without its nodes: every value in it can be acted on. It is in histories: add optional fields. */
export interface RunbookPlan {
  readonly cluster: string;
  readonly namespace: string;
  readonly chainId: string;
  readonly mirrorTo?: MirrorTarget;
  readonly rules: RunbookRules;
  readonly gate: {
    readonly blocks: number;
    readonly timeoutMs: number;
    readonly maxLag: number;
    readonly signing: boolean;
  };
  readonly guard: { readonly minSources: number; readonly maxDownPercent?: number };
  readonly override?: OverrideSpec;
  readonly window?: RunbookWindow;
  readonly dryRun: boolean;
}

/** What the guard says of one node when the plan is made. */
export interface PlanLine {
  readonly node: string;
  readonly message: string;
  readonly isImpossible: boolean;
  readonly numbers: GuardNumbers;
}

export interface PlannedRunbook {
  readonly plan: RunbookPlan;
  readonly nodes: readonly FrozenNode[];
  readonly lines: readonly PlanLine[];
  readonly settings: { readonly paused: boolean; readonly skipNodes: readonly string[] };
}

/** @throws InvalidField naming field and value. */
export function checkRunbookSpec(spec: unknown): RunbookSpec {
  return check(runbookSpecSchema, spec, 'spec');
}

export interface PlanFacts {
  readonly cluster: string;
  readonly namespace: string;
  readonly mirrorTo?: MirrorTarget | undefined;
  readonly candidates: readonly TargetCandidate[];
  readonly observation: ChainObservation;
  /** What the guard says of a node now. */
  readonly guard: (node: string) => GuardDecision;
  /** In milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Turns a spec and what was read into a plan.
 *
 * @throws InvalidField naming field and value.
 */
export function planRunbook(spec: RunbookSpec, facts: PlanFacts): PlannedRunbook {
  const { cluster, namespace, mirrorTo, candidates, observation, nowMs } = facts;
  const { chainId, targets, strategy, skipNodes, window } = spec;
  const nodes = freezeTargets({ namespace, chainId, targets, strategy, skipNodes, candidates, observation });
  if (window !== undefined) windowAt(window, nowMs);
  return {
    plan: {
      cluster,
      namespace,
      chainId,
      ...present({ mirrorTo, override: spec.override, window }),
      rules: rulesOf(spec, nodes.length),
      gate: gateOf(spec),
      guard: { minSources: spec.guard.minSources, ...present({ maxDownPercent: spec.guard.maxDownPercent }) },
      dryRun: spec.dryRun ?? false,
    },
    nodes,
    lines: nodes.map(({ name }) => lineOf(name, facts.guard(name))),
    settings: { paused: spec.paused ?? false, skipNodes: skipNodes ?? [] },
  };
}

function rulesOf({ strategy }: RunbookSpec, count: number): RunbookRules {
  const { maxUnavailable, canary, soakSeconds, onFailure, maxFailures } = strategy;
  return {
    maxUnavailable: maxUnavailableOf(maxUnavailable, count),
    ...present({ canary }),
    soakMs: 1_000 * soakSeconds,
    onFailure,
    maxFailures,
  };
}

function gateOf({ gate: { timeoutSeconds, ...gate } }: RunbookSpec): RunbookPlan['gate'] {
  return { ...gate, timeoutMs: 1_000 * timeoutSeconds };
}

function lineOf(node: string, { message, isImpossible, numbers }: GuardDecision): PlanLine {
  return { node, message, isImpossible, numbers };
}
