import type { NodeReference } from '../api/node-reference.ts';
import type { Verdict } from '../api/temporal/task-outcome.ts';
import type { z } from 'zod';
import { changeValues } from './change-values.ts';
import { executionLimitSeconds, secondsBetweenRestarts } from './execution-limit.ts';
import { parseGoDuration } from '../lib/go-duration.ts';
import type { GuardMode } from '../api/guard-verdicts.ts';
import { planGuard, type PlannedGuard } from './guard/plan-guard.ts';
import { check, firstIssue, InvalidField } from './invalid-field.ts';
import { seiNodePhases, type SeiNodePhase } from '../api/phases.ts';
import type { SeiNode } from '../api/sei-node.ts';
import { DEFAULT_REQUIRE_PHASE, DEFAULT_REQUIRE_PHASE_TIMEOUT, specSchema } from '../api/sei-node-task.ts';
import { jsonText } from '../lib/json-text.ts';
import { present } from '../lib/present.ts';
import { safeProvenance } from '../api/provenance.ts';
import { taskInputSchema, type BegunTask, type TaskIdentity } from '../api/temporal/task-input.ts';
import { payloadSchemas } from '../api/payload-schemas.ts';
import { taskId } from './task-id.ts';
import { definitionOf, isTaskKind, payloadFieldOf, type Payload, type TaskKind } from '../api/task-kinds.ts';
import type { TaskParameters } from '../api/kinds/kind-definition.ts';
import { isBegun } from './knowledge.ts';
import { deserializeFailed, paramsBuildFailed, unsupportedKind } from './verdict.ts';

/** A checked task: every value in it can be acted on. */
export interface TaskPlan {
  readonly kind: TaskKind;
  readonly task: TaskIdentity;
  readonly requirePhase: SeiNodePhase;
  readonly requirePhaseTimeoutMs: number;
  /** Longest wait for other work on the node. Unset: unbounded. */
  readonly queueTimeoutMs?: number;
  /** Least time since the last restart of the node's seid; 0 for kinds that do not restart it. */
  readonly betweenRestartsMs: number;
  /** Unset: unbounded. */
  readonly timeoutMs?: number;
  /** Unset: the guard is off. */
  readonly guard?: PlannedGuard;
  readonly payload: unknown;
  /** JSON texts of the values of a parameter change, in their order. */
  readonly changeValues?: readonly string[];
  /** Id of the workflow that holds the node's permit for this task: its own, or that of a runbook. */
  readonly permitHolder: string;
  readonly begun?: BegunTask;
  /** Since when the target has been in another phase, in milliseconds since the epoch. */
  readonly waitingSinceMs?: number;
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

/** An image for the SeiNode, whose controller rolls it out. */
export interface ImageRequest {
  readonly image: string;
}

/** What a task is sent as. */
export type TaskRequest = SidecarTaskRequest | ImageRequest;

type CheckedInput = z.output<typeof taskInputSchema>;
type Planned = { readonly plan: TaskPlan } | { readonly verdict: Verdict };

/** Also holds for namespaces, which are DNS labels: both go into the sidecar's address. */
const nodeName = specSchema.shape.target.shape.nodeRef.shape.name;

/** The workflow that asks for a plan, and the cluster of the worker that makes it. */
export interface Planner {
  readonly workflowId: string;
  /** Of the first run in the chain: a task keeps its id when its workflow is reset. */
  readonly firstRunId: string;
  readonly cluster: string;
  /** Mode of a task whose spec has no guard. Default: Off. */
  readonly guardDefault?: GuardMode;
}

/** Turns a workflow's type and input into a plan, or into the verdict that says why there can be none. */
export function planTask(kind: string, input: unknown, planner: Planner): Planned {
  const read = taskInputSchema.safeParse(input);
  if (!read.success) return { verdict: deserializeFailed(firstIssue(read.error, 'input').message, isBegun(input)) };
  if (!isTaskKind(kind)) return { verdict: unsupportedKind(kind, isBegun(input)) };
  try {
    return { plan: checkedPlan(kind, read.data, planner) };
  } catch (error) {
    if (error instanceof InvalidField)
      return { verdict: paramsBuildFailed(error.field, error.problem, isBegun(input)) };
    throw error;
  }
}

function checkedPlan(kind: TaskKind, input: CheckedInput, planner: Planner): TaskPlan {
  if (input.unfitChanges !== undefined) throw new InvalidField('spec.govParamChange.changes', input.unfitChanges);
  const payloadField = payloadFieldOf(kind);
  return {
    kind,
    task: identityOf(kind, input, planner),
    requirePhase: requiredPhase(input.requirePhase),
    requirePhaseTimeoutMs: duration(
      input.requirePhaseTimeout ?? DEFAULT_REQUIRE_PHASE_TIMEOUT,
      'spec.target.requirePhaseTimeout',
    ),
    ...present({
      queueTimeoutMs: queueTimeout(input.queueTimeout),
      timeoutMs: executionTimeout(kind, seconds(input, 'timeoutSeconds')),
    }),
    betweenRestartsMs: 1000 * secondsBetweenRestarts(kind, seconds(input, 'minSecondsBetweenRestarts')),
    ...present({ guard: planGuard(kind, input, planner.guardDefault) }),
    payload: check<unknown>(payloadSchemas[payloadField], input.payload, `spec.${payloadField}`),
    ...present({
      changeValues: definitionOf(kind).sendsJsonValues ? changeValues(input.payload, input.changeValues) : undefined,
    }),
    permitHolder: input.permitHolder ?? planner.workflowId,
    ...present({ begun: input.begun, cancelled: input.cancelled, waitingSinceMs: millisecondsOf(input.waitingSince) }),
  };
}

function identityOf(kind: TaskKind, input: CheckedInput, planner: Planner): TaskIdentity {
  const { begun, mirrorTo, generation } = input;
  return {
    cluster: input.cluster ?? planner.cluster,
    kind,
    node: nodeOf(input),
    taskId: begun?.taskId ?? taskId(mirrorTo?.uid ?? `${planner.workflowId}/${planner.firstRunId}`, kind),
    ...present({ mirrorTo, generation }),
    // A run without a resource may bring any text.
    provenance: safeProvenance(input),
  };
}

function nodeOf({ node }: CheckedInput): NodeReference {
  return {
    namespace: check(nodeName, node.namespace, 'node.namespace'),
    name: check(nodeName, node.name, 'spec.target.nodeRef.name'),
  };
}

function millisecondsOf(time: string | undefined): number | undefined {
  const milliseconds = Date.parse(time ?? '');
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function requiredPhase(value: unknown): SeiNodePhase {
  const phase = seiNodePhases.find((known) => known === (value ?? DEFAULT_REQUIRE_PHASE));
  if (phase !== undefined) return phase;
  throw new InvalidField(
    'spec.target.requirePhase',
    `is not one of ${seiNodePhases.join(', ')} (got ${jsonText(value)})`,
  );
}

function queueTimeout(value: unknown): number | undefined {
  return value === undefined || value === null ? undefined : duration(value, 'spec.target.queueTimeout');
}

function duration(value: unknown, field: string): number {
  const milliseconds = typeof value === 'string' ? parseGoDuration(value) : undefined;
  if (milliseconds !== undefined && milliseconds >= 0) return milliseconds;
  throw new InvalidField(field, `is not a Go duration of 0 or more, such as 90s or 1h30m (got ${jsonText(value)})`);
}

function seconds(input: CheckedInput, field: 'timeoutSeconds' | 'minSecondsBetweenRestarts'): number {
  return check(specSchema.shape[field].unwrap(), input[field] ?? 0, `spec.${field}`);
}

function executionTimeout(kind: TaskKind, asked: number): number | undefined {
  const effective = executionLimitSeconds(kind, asked);
  return effective === undefined ? undefined : effective * 1000;
}

/** Builds what is sent from the plan and the node as it is when the task runs. */
export function taskRequest(
  plan: TaskPlan,
  node: SeiNode,
): { readonly request: TaskRequest } | { readonly verdict: Verdict } {
  const { sidecarTask, buildParameters } = definitionOf(plan.kind);
  if (sidecarTask === undefined) return { request: { image: (plan.payload as Payload<'UpdateNodeImage'>).image } };
  const params = buildParameters(plan.payload as never, node);
  if (params === undefined) return { verdict: nothingToSend(plan) };
  const hasParameters = Object.keys(params).length > 0;
  return {
    request: {
      type: sidecarTask,
      ...(hasParameters ? { params } : {}),
      ...present({ changeValues: plan.changeValues }),
    },
  };
}

function nothingToSend({ kind, begun }: TaskPlan): Verdict {
  const isBegunBefore = begun !== undefined;
  const { nothingToSend: reason } = definitionOf(kind);
  if (reason !== undefined) return paramsBuildFailed(reason.field, reason.problem, isBegunBefore);
  return paramsBuildFailed(`spec.${payloadFieldOf(kind)}`, 'gives nothing to send to the sidecar', isBegunBefore);
}
