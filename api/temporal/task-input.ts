import type { NodeReference } from '../node-reference.ts';
import { z } from 'zod';
import { present } from '../../lib/present.ts';
import type { GuardSpec, OverrideSpec } from '../guard-spec.ts';
import { cancelReasonOf, provenanceOf, type Provenance } from '../provenance.ts';
import type { SeiNodePhase } from '../phases.ts';
import type { SeiNodeTask } from '../sei-node-task.ts';
import { payloadFieldOf, type TaskKind, type WrittenPayload } from '../task-kinds.ts';

/** Of Kubernetes; both go into paths of the API server. */
const objectName = z.string().regex(/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/);

/** The resource that a run reports to. */
const mirrorTargetSchema = z.object({
  namespace: objectName,
  name: objectName,
  uid: z.string().min(1),
});

const nodeReferenceSchema: z.ZodType<NodeReference> = z.object({ namespace: z.string(), name: z.string() });

/** A task that was begun before this workflow: by another controller, or by a workflow that Temporal has lost. */
const begunSchema = z.object({
  /** Goes into paths of the sidecar. */
  taskId: z.string().regex(/^[\w-]+$/),
  /** RFC 3339. Unset: from now. */
  executionStartedAt: z.string().optional(),
  /** Whether the sidecar is known to have accepted it: then it is never sent again. */
  accepted: z.boolean(),
  /** Whether it is only looked for, and never sent, although the sidecar is not known to have accepted it. */
  onlyWatched: z.boolean().optional(),
});

/**
 * Input of every task workflow as it arrives. The kind is the workflow's type. What comes from a spec stays
 * unknown here and is checked by the task plan, so that a bad value becomes a verdict on the resource instead of a
 * workflow that cannot start.
 */
export const taskInputSchema = z.object({
  node: nodeReferenceSchema,
  payload: z.unknown().optional(),
  requirePhase: z.unknown().optional(),
  requirePhaseTimeout: z.unknown().optional(),
  queueTimeout: z.unknown().optional(),
  minSecondsBetweenRestarts: z.unknown().optional(),
  timeoutSeconds: z.unknown().optional(),
  guard: z.unknown().optional(),
  override: z.unknown().optional(),
  mirrorTo: mirrorTargetSchema.optional(),
  /**
   * Uid of the `kube-system` namespace of the cluster that the node is in. Unset: that of the worker that plans the
   * task.
   */
  cluster: z.string().min(1).optional(),
  /** Generation of the resource that this input was made from. */
  generation: z.int().optional(),
  /** Id of the workflow that holds the node's permit on behalf of this one. Unset: the task takes the permit itself. */
  permitHolder: z.string().min(1).optional(),
  /** The SeiNodeRunbook that the task is a step of. */
  partOf: mirrorTargetSchema.optional(),
  begun: begunSchema.optional(),
  /** RFC 3339: when the target was first seen in another phase. */
  waitingSince: z.string().optional(),
  /** Set when the task was cancelled before its workflow started: why, possibly empty. */
  cancelled: z.string().optional(),
  requestedBy: z.string().optional(),
  createdWith: z.string().optional(),
  why: z.string().optional(),
  /** JSON texts of the values of a parameter change, as the API server returned them. */
  changeValues: z.array(z.string()).optional(),
  /** Set in place of the payload when the values of a parameter change cannot be sent: why not. */
  unfitChanges: z.string().optional(),
});

/** The resource to report to, also when the rest of an input cannot be read. */
export function mirrorTargetOf(input: unknown): MirrorTarget | undefined {
  const mirrorTo = mirrorTargetSchema.safeParse((input as { readonly mirrorTo?: unknown } | undefined)?.mirrorTo);
  return mirrorTo.success ? mirrorTo.data : undefined;
}

/** The values of a parameter change, or why they cannot be sent. */
export type ChangeValueTexts = { readonly changeValues: string[] } | { readonly unfitChanges: string };

export type UncheckedTaskInput = z.input<typeof taskInputSchema>;
export type MirrorTarget = z.output<typeof mirrorTargetSchema>;
export type BegunTask = z.output<typeof begunSchema>;

/** Whose work an activity does: it goes with every call that touches a sidecar, a SeiNode or a status. */
export interface TaskIdentity {
  /** Uid of the `kube-system` namespace: a worker of another cluster refuses the task. */
  readonly cluster: string;
  readonly kind: string;
  readonly node: NodeReference & {
    /** Known once the SeiNode has been read. */
    readonly uid?: string;
  };
  /** The sidecar's id of the task. */
  readonly taskId: string;
  /** Unset: the run reports to no resource. */
  readonly mirrorTo?: MirrorTarget;
  /** The SeiNodeRunbook that it is a step of. Unset: none. */
  readonly partOf?: MirrorTarget;
  /** Of the spec that is acted on. */
  readonly generation?: number;
  readonly provenance: Provenance;
}

/** Input of a task workflow as a runbook author writes it. */
export interface TaskInput<Kind extends TaskKind> {
  readonly node: NodeReference;
  /** What a resource holds under the field named after its kind; `{}` for kinds without parameters. */
  readonly payload: WrittenPayload<Kind>;
  /** SeiNode phase that must be met first. Default: Running. */
  readonly requirePhase?: SeiNodePhase;
  /** Longest wait for that phase, a Go duration such as `90s`. Default: 5m. */
  readonly requirePhaseTimeout?: string;
  /** Longest wait for other work on the node to end, a Go duration. Default: as long as it takes. */
  readonly queueTimeout?: string;
  /** RestartSeid only: whole seconds that must have passed since the last restart on the node. Default: 0. */
  readonly minSecondsBetweenRestarts?: number;
  /** Longest execution time in whole seconds. Default: the kind's, which is also meant by 0. */
  readonly timeoutSeconds?: number;
  /**
   * RestartSeid and UpdateNodeImage only: whether the task waits until the chain can spare the node. Default: that of the
   * installation.
   */
  readonly guard?: GuardSpec;
  /** Verdicts of the guard that are passed over, and why. */
  readonly override?: OverrideSpec;
  /** Name of whoever asks for it, for the Temporal UI. */
  readonly requestedBy?: string;
  /** Why, for the Temporal UI. */
  readonly why?: string;
  /**
   * Id of the workflow that holds the node's permit over several steps, usually the runbook's own. Default: the task
   * takes the permit itself.
   */
  readonly permitHolder?: string;
  /** Uid of the `kube-system` namespace of the node's cluster. Default: that of the worker that plans the task. */
  readonly cluster?: string;
}

function childOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** `spec.kind`, or the empty string where a resource got past admission without one. */
export function kindOf(resource: SeiNodeTask): string {
  return textOf(resource.spec?.['kind']);
}

/** `spec.target.nodeRef.name`, or the empty string where a resource got past admission without one. */
export function nodeNameOf(resource: SeiNodeTask): string {
  return textOf(childOf(childOf(resource.spec?.['target'], 'nodeRef'), 'name'));
}

/**
 * Workflow input for a resource; nothing is judged here.
 *
 * @param texts - Those of a parameter change.
 */
export function taskInputOf(resource: SeiNodeTask, texts?: ChangeValueTexts): UncheckedTaskInput {
  const { namespace, name, uid, generation } = resource.metadata;
  const target = resource.spec?.['target'];
  return {
    node: { namespace, name: nodeNameOf(resource) },
    ...(texts !== undefined && 'unfitChanges' in texts
      ? {}
      : { payload: resource.spec?.[payloadFieldOf(kindOf(resource))] }),
    ...texts,
    requirePhase: childOf(target, 'requirePhase'),
    requirePhaseTimeout: childOf(target, 'requirePhaseTimeout'),
    ...present({
      queueTimeout: childOf(target, 'queueTimeout'),
      minSecondsBetweenRestarts: resource.spec?.['minSecondsBetweenRestarts'],
      guard: resource.spec?.['guard'],
      override: resource.spec?.['override'],
    }),
    timeoutSeconds: resource.spec?.['timeoutSeconds'],
    mirrorTo: { namespace, name, uid },
    ...present({ generation }),
    ...begunOf(resource),
    ...provenanceOf(resource.metadata),
    ...present({ waitingSince: resource.status?.targetFirstObservedAt, cancelled: cancelReasonOf(resource.metadata) }),
  };
}

/**
 * What the status of a resource says was begun; `submittedAt` is there once the sidecar has accepted it (contract §1).
 */
export function begunOf({ status }: SeiNodeTask): { begun?: BegunTask } {
  if (status?.task === undefined) return {};
  const { id: taskId, executionStartedAt, submittedAt } = status.task;
  return { begun: { taskId, accepted: submittedAt !== undefined, ...present({ executionStartedAt }) } };
}
