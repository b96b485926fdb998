import type { z } from 'zod';
import { parseGoDuration } from './go-duration.ts';
import { seiNodePhases, type SeiNode, type SeiNodePhase } from './sei-node.ts';
import { DEFAULT_REQUIRE_PHASE, DEFAULT_REQUIRE_PHASE_TIMEOUT, specSchema } from './sei-node-task.ts';
import { taskInputSchema, type MirrorTarget, type NodeReference } from './task-input.ts';
import { isTaskKind, payloadSchemaOf, taskKinds, type TaskKind, type TaskKindDefinition } from './task-kinds.ts';
import type { TaskParameters } from './task-parameters.ts';
import { deserializeFailed, paramsBuildFailed, unsupportedKind, type Verdict } from './verdict.ts';

/** A checked task: every value in it can be acted on. */
export interface TaskPlan {
  readonly kind: TaskKind;
  readonly node: NodeReference;
  readonly requirePhase: SeiNodePhase;
  readonly requirePhaseTimeoutMs: number;
  /** Absent = unbounded. */
  readonly timeoutMs?: number;
  readonly changesNode: boolean;
  readonly payload: unknown;
  readonly mirrorTo?: MirrorTarget;
}

/** What is sent to the sidecar, less the id. */
export interface SidecarTaskRequest {
  readonly type: string;
  readonly params?: TaskParameters;
}

type Planned = { readonly plan: TaskPlan } | { readonly verdict: Verdict };

/** Also holds for namespaces, which are DNS labels: both go into the sidecar's address. */
const nodeName = specSchema.shape.target.shape.nodeRef.shape.name;

class InvalidField extends Error {
  readonly field: string;
  readonly problem: string;

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`);
    this.field = field;
    this.problem = problem;
  }
}

/** Turns a workflow's type and input into a plan, or into the verdict that says why there can be none. */
export function planTask(kind: string, input: unknown): Planned {
  const read = taskInputSchema.safeParse(input);
  if (!read.success) return { verdict: deserializeFailed(firstIssue(read.error, 'input').message) };
  if (!isTaskKind(kind) || !taskKinds[kind].supported) return { verdict: unsupportedKind(kind) };
  try {
    return { plan: checkedPlan(kind, read.data) };
  } catch (error) {
    if (error instanceof InvalidField) return { verdict: paramsBuildFailed(error.field, error.problem) };
    throw error;
  }
}

function checkedPlan(kind: TaskKind, input: z.output<typeof taskInputSchema>): TaskPlan {
  const definition: TaskKindDefinition = taskKinds[kind];
  const timeoutMs = executionTimeout(definition, input.timeoutSeconds);
  return {
    kind,
    node: {
      namespace: check(nodeName, input.node.namespace, 'node.namespace'),
      name: check(nodeName, input.node.name, 'spec.target.nodeRef.name'),
    },
    requirePhase: requiredPhase(input.requirePhase),
    requirePhaseTimeoutMs: phaseTimeout(input.requirePhaseTimeout),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    changesNode: definition.changesNode,
    payload: check(payloadSchemaOf(kind), input.payload, `spec.${definition.payloadField}`),
    ...(input.mirrorTo === undefined ? {} : { mirrorTo: input.mirrorTo }),
  };
}

function check<Output>(schema: z.ZodType<Output>, value: unknown, field: string): Output {
  if (value === undefined || value === null) throw new InvalidField(field, 'is required and was not set');
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = firstIssue(result.error, field);
  throw new InvalidField(issue.field, `is not valid: ${issue.problem} (got ${JSON.stringify(value)})`);
}

function firstIssue(error: z.ZodError, root: string): { field: string; problem: string; message: string } {
  const issue = error.issues[0];
  const field = [root, ...(issue?.path ?? []).map(String)].join('.');
  const problem = issue?.message ?? 'unreadable';
  return { field, problem, message: `${field}: ${problem}` };
}

function requiredPhase(value: unknown): SeiNodePhase {
  const phase = seiNodePhases.find((known) => known === (value ?? DEFAULT_REQUIRE_PHASE));
  if (phase !== undefined) return phase;
  throw new InvalidField('spec.target.requirePhase', `is not one of ${seiNodePhases.join(', ')} (got ${JSON.stringify(value)})`);
}

function phaseTimeout(value: unknown): number {
  const text = value ?? DEFAULT_REQUIRE_PHASE_TIMEOUT;
  const timeoutMs = typeof text === 'string' ? parseGoDuration(text) : undefined;
  if (timeoutMs !== undefined && timeoutMs >= 0) return timeoutMs;
  throw new InvalidField(
    'spec.target.requirePhaseTimeout',
    `is not a Go duration of 0 or more, such as 90s or 1h30m (got ${JSON.stringify(value)})`,
  );
}

function executionTimeout(definition: TaskKindDefinition, value: unknown): number | undefined {
  const seconds = check(specSchema.shape.timeoutSeconds.unwrap(), value ?? 0, 'spec.timeoutSeconds');
  const effective = seconds > 0 ? seconds : definition.defaultTimeoutSeconds;
  return effective === undefined ? undefined : effective * 1000;
}

/** Builds the request for the sidecar from the plan and the node as it is when the task runs. */
export function sidecarTaskRequest(
  plan: TaskPlan,
  node: SeiNode,
): { readonly request: SidecarTaskRequest } | { readonly verdict: Verdict } {
  const definition: TaskKindDefinition = taskKinds[plan.kind];
  if (definition.sidecarTask === undefined) return { verdict: unsupportedKind(plan.kind) };
  const params = definition.buildParameters(plan.payload as never, node);
  if (params === undefined) {
    return { verdict: paramsBuildFailed(`spec.${definition.payloadField}`, 'gives nothing to send to the sidecar') };
  }
  const hasParameters = Object.keys(params).length > 0;
  return { request: { type: definition.sidecarTask, ...(hasParameters ? { params } : {}) } };
}
