import type { z } from 'zod';
import { changeValues } from './change-values.ts';
import { parseGoDuration } from './go-duration.ts';
import { check, firstIssue, InvalidField } from './invalid-field.ts';
import { seiNodePhases, type SeiNode, type SeiNodePhase } from './sei-node.ts';
import { DEFAULT_REQUIRE_PHASE, DEFAULT_REQUIRE_PHASE_TIMEOUT, specSchema } from './sei-node-task.ts';
import { jsonText } from './json-text.ts';
import { present } from './present.ts';
import { safeProvenance, type Provenance } from './provenance.ts';
import { taskInputSchema, type BegunTask, type MirrorTarget, type NodeReference } from './task-input.ts';
import { isTaskKind, payloadSchemaOf, taskKinds, type TaskKind, type TaskKindDefinition } from './task-kinds.ts';
import type { TaskParameters } from './task-parameters.ts';
import { deserializeFailed, paramsBuildFailed, unsupportedKind, type Verdict } from './verdict.ts';

/** A checked task: every value in it can be acted on. */
export interface TaskPlan {
  readonly kind: TaskKind;
  readonly node: NodeReference;
  readonly requirePhase: SeiNodePhase;
  readonly requirePhaseTimeoutMs: number;
  /** Longest wait for other work on the node; absent = unbounded. */
  readonly queueTimeoutMs?: number;
  /** Least time since the last restart of the node's seid; 0 for kinds that do not restart it. */
  readonly betweenRestartsMs: number;
  /** Absent = unbounded. */
  readonly timeoutMs?: number;
  readonly payload: unknown;
  /** JSON texts of the values of a parameter change, in their order. */
  readonly changeValues?: readonly string[];
  readonly mirrorTo?: MirrorTarget;
  readonly begun?: BegunTask;
  /** Since when the target has been in another phase, in milliseconds since the epoch. */
  readonly waitingSinceMs?: number;
  readonly provenance: Provenance;
  /** Set when the task was cancelled before its workflow started: why, possibly empty. */
  readonly cancelled?: string;
}

/** What is sent to the sidecar, less the id. */
export interface SidecarTaskRequest {
  readonly type: string;
  readonly params?: TaskParameters;
  /** JSON texts that replace the values of `params.changes`, in their order. */
  readonly changeValues?: readonly string[];
}

type Planned = { readonly plan: TaskPlan } | { readonly verdict: Verdict };

/** Also holds for namespaces, which are DNS labels: both go into the sidecar's address. */
const nodeName = specSchema.shape.target.shape.nodeRef.shape.name;

/** Turns a workflow's type and input into a plan, or into the verdict that says why there can be none. */
export function planTask(kind: string, input: unknown): Planned {
  const read = taskInputSchema.safeParse(input);
  if (!read.success) return { verdict: deserializeFailed(firstIssue(read.error, 'input').message) };
  if (!isTaskKind(kind)) return { verdict: unsupportedKind(kind) };
  try {
    return { plan: checkedPlan(kind, read.data) };
  } catch (error) {
    if (error instanceof InvalidField) return { verdict: paramsBuildFailed(error.field, error.problem, read.data.begun !== undefined) };
    throw error;
  }
}

function checkedPlan(kind: TaskKind, input: z.output<typeof taskInputSchema>): TaskPlan {
  if (input.unfitChanges !== undefined) throw new InvalidField('spec.govParamChange.changes', input.unfitChanges);
  const definition: TaskKindDefinition = taskKinds[kind];
  return {
    kind,
    node: {
      namespace: check(nodeName, input.node.namespace, 'node.namespace'),
      name: check(nodeName, input.node.name, 'spec.target.nodeRef.name'),
    },
    requirePhase: requiredPhase(input.requirePhase),
    requirePhaseTimeoutMs: duration(input.requirePhaseTimeout ?? DEFAULT_REQUIRE_PHASE_TIMEOUT, 'spec.target.requirePhaseTimeout'),
    ...present({ queueTimeoutMs: queueTimeout(input.queueTimeout), timeoutMs: executionTimeout(definition, seconds(input, 'timeoutSeconds')) }),
    betweenRestartsMs: kind === 'RestartSeid' ? 1000 * seconds(input, 'minSecondsBetweenRestarts') : 0,
    payload: check(payloadSchemaOf(kind), input.payload, `spec.${definition.payloadField}`),
    ...present({ changeValues: kind === 'GovParamChange' ? changeValues(input.payload, input.changeValues) : undefined }),
    ...present({ mirrorTo: input.mirrorTo, begun: input.begun, cancelled: input.cancelled, waitingSinceMs: millisecondsOf(input.waitingSince) }),
    // A run without a resource may bring any text.
    provenance: safeProvenance(input),
  };
}

function millisecondsOf(time: string | undefined): number | undefined {
  const milliseconds = Date.parse(time ?? '');
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function requiredPhase(value: unknown): SeiNodePhase {
  const phase = seiNodePhases.find((known) => known === (value ?? DEFAULT_REQUIRE_PHASE));
  if (phase !== undefined) return phase;
  throw new InvalidField('spec.target.requirePhase', `is not one of ${seiNodePhases.join(', ')} (got ${jsonText(value)})`);
}

function queueTimeout(value: unknown): number | undefined {
  return value === undefined || value === null ? undefined : duration(value, 'spec.target.queueTimeout');
}

function duration(value: unknown, field: string): number {
  const milliseconds = typeof value === 'string' ? parseGoDuration(value) : undefined;
  if (milliseconds !== undefined && milliseconds >= 0) return milliseconds;
  throw new InvalidField(field, `is not a Go duration of 0 or more, such as 90s or 1h30m (got ${jsonText(value)})`);
}

function seconds(input: z.output<typeof taskInputSchema>, field: 'timeoutSeconds' | 'minSecondsBetweenRestarts'): number {
  return check(specSchema.shape[field].unwrap(), input[field] ?? 0, `spec.${field}`);
}

function executionTimeout(definition: TaskKindDefinition, asked: number): number | undefined {
  const effective = asked > 0 ? asked : definition.defaultTimeoutSeconds;
  return effective === undefined ? undefined : effective * 1000;
}

/**
 * Builds the request for the sidecar from the plan and the node as it is when the task runs.
 *
 * @throws TypeError for a kind that the sidecar has no part in.
 */
export function sidecarTaskRequest(
  plan: TaskPlan,
  node: SeiNode,
): { readonly request: SidecarTaskRequest } | { readonly verdict: Verdict } {
  const definition: TaskKindDefinition = taskKinds[plan.kind];
  if (definition.sidecarTask === undefined) throw new TypeError(`${plan.kind} has no task on the sidecar`);
  const params = definition.buildParameters(plan.payload as never, node);
  if (params === undefined) return { verdict: nothingToSend(plan.kind, definition) };
  const hasParameters = Object.keys(params).length > 0;
  return {
    request: {
      type: definition.sidecarTask,
      ...(hasParameters ? { params } : {}),
      ...present({ changeValues: plan.changeValues }),
    },
  };
}

function nothingToSend(kind: TaskKind, { payloadField }: TaskKindDefinition): Verdict {
  if (kind !== 'DiscoverPeers') return paramsBuildFailed(`spec.${payloadField}`, 'gives nothing to send to the sidecar');
  return paramsBuildFailed("The SeiNode's spec.peers", 'gives no source of peers, and an empty list would wipe those that the node has');
}
