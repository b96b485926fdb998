import { z } from 'zod';
import { guardSchema, overrideSchema } from './guard-spec.ts';
import type { OutputType } from './kinds/kind-definition.ts';
import { payloadSchemas } from './payload-schemas.ts';
import { seiNodePhases, taskPhases } from './phases.ts';
import { guardRules, isImmutable, payloadRules } from './spec-rules.ts';
import { payloadFieldOf, taskKindNames, taskKinds, type PayloadField, type TaskKind } from './task-kinds.ts';

export function isTerminal(phase: string | undefined): boolean {
  return phase === 'Complete' || phase === 'Failed';
}

/** Wait for the target's phase when `requirePhaseTimeout` is absent (contract §1). */
export const DEFAULT_REQUIRE_PHASE_TIMEOUT = '5m';
export const DEFAULT_REQUIRE_PHASE = 'Running';

/** Every int64: JavaScript reads one beyond 2^53 as the nearest number that it has, which is as good for a duration. */
const int64Seconds = z
  .number()
  .min(0)
  .refine((value) => Number.isInteger(value) && value <= 2 ** 63, 'expected an int64')
  .meta({ type: 'integer', format: 'int64' });
const timestamp = z.string().meta({ format: 'date-time' });
const int64 = z.int().meta({ format: 'int64' });
/** For the Go controller an unsigned one; a list with a negative number in it fails there. */
const uint64 = int64.min(0);

const outputTypes = { string: z.string(), int64, uint64 } as const satisfies Record<OutputType, z.ZodType>;
type OutputTypes = typeof outputTypes;
type Outputs<Kind extends TaskKind> = (typeof taskKinds)[Kind]['outputs'];
/** Of the kinds that have outputs: an empty object would keep nothing. */
type KindWithOutputs = { [Kind in TaskKind]: keyof Outputs<Kind> extends never ? never : Kind }[TaskKind];
type OutputSchemas = {
  [Kind in KindWithOutputs as PayloadField<Kind>]: z.ZodOptional<
    z.ZodObject<{ [Name in keyof Outputs<Kind>]: z.ZodOptional<OutputTypes[Outputs<Kind>[Name] & OutputType]> }>
  >;
};

function outputSchema(outputs: Readonly<Record<string, OutputType>>): z.ZodType {
  return z.object(
    Object.fromEntries(Object.entries(outputs).map(([name, type]) => [name, outputTypes[type].optional()])),
  );
}

const outputSchemas = Object.fromEntries(
  Object.entries(taskKinds)
    .filter(([, { outputs }]) => Object.keys(outputs).length > 0)
    .map(([kind, { outputs }]) => [payloadFieldOf(kind), outputSchema(outputs).optional()]),
) as OutputSchemas;

/** With one more rule: that it must not change. */
function immutablePayload([field, schema]: [string, z.ZodType]): [string, z.ZodType] {
  const rules = (schema.meta()?.['x-kubernetes-validations'] ?? []) as readonly object[];
  return [
    field,
    schema.meta({ 'x-kubernetes-validations': [...rules, isImmutable(field as PayloadField)] }).optional(),
  ];
}

const optionalPayloads = Object.fromEntries(Object.entries(payloadSchemas).map(immutablePayload)) as {
  [Field in PayloadField]: z.ZodOptional<(typeof payloadSchemas)[Field]>;
};

export const specSchema = z
  .object({
    kind: z
      .enum(taskKindNames)
      .meta({ 'x-kubernetes-validations': [isImmutable('kind')] })
      .describe('What to do. Immutable.'),
    target: z
      .object({
        nodeRef: z
          .object({
            name: z
              .string()
              .min(1)
              .max(253)
              .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
          })
          .describe('A SeiNode in the same namespace.'),
        requirePhase: z
          .enum(seiNodePhases)
          .default(DEFAULT_REQUIRE_PHASE)
          .describe('Phase that the SeiNode must be in before anything is done.'),
        requirePhaseTimeout: z
          .string()
          .default(DEFAULT_REQUIRE_PHASE_TIMEOUT)
          .describe(
            'Longest wait for that phase, as a Go duration such as 90s or 1h30m. Not part of the execution time.',
          ),
        queueTimeout: z
          .string()
          .optional()
          .describe(
            'Longest wait for other work on the node to end, as a Go duration. Not part of the execution time. Unset: unbounded.',
          ),
      })
      .meta({ 'x-kubernetes-validations': [isImmutable('target')] })
      .describe('The node to work on. Immutable.'),
    timeoutSeconds: int64Seconds
      .optional()
      .describe(
        "Longest execution time in seconds; more than a year counts as a year. 0 or unset: the kind's default.",
      ),
    minSecondsBetweenRestarts: z
      .int32()
      .min(0)
      .meta({ format: 'int32' })
      .optional()
      .describe(
        'RestartSeid only: seconds that must have passed since the last restart on the node before this one is sent. Unset: 0.',
      ),
    ttlSecondsAfterFinished: z
      .int32()
      .min(0)
      .meta({ format: 'int32' })
      .optional()
      .describe(
        'Seconds after its end at which the task is deleted, as for Jobs. Unset: the default of the installation, which is never unless it is set.',
      ),
    guard: guardSchema
      .meta({ 'x-kubernetes-validations': [isImmutable('guard')] })
      .optional()
      .describe(
        'RestartSeid and UpdateNodeImage only: whether the task waits until the chain can spare the node. Unset: the default of the installation, which is Off unless it is set. Immutable.',
      ),
    override: overrideSchema
      .meta({ 'x-kubernetes-validations': [isImmutable('override')] })
      .optional()
      .describe('Verdicts of the guard that are passed over, and why. Immutable.'),
    ...optionalPayloads,
  })
  .meta({ 'x-kubernetes-validations': [...payloadRules(), ...guardRules()] })
  .describe(
    'What to do, and on which node. Only the times may change: timeoutSeconds, minSecondsBetweenRestarts and ttlSecondsAfterFinished.',
  );

export const conditionSchema = z.object({
  type: z
    .string()
    .max(316)
    .regex(
      /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
    ),
  status: z.enum(['True', 'False', 'Unknown']),
  observedGeneration: int64.min(0).optional(),
  lastTransitionTime: timestamp,
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/),
  message: z.string().max(32768),
});

export const statusSchema = z.object({
  observedGeneration: int64.optional().describe('Generation of the spec that was last acted on.'),
  phase: z.enum(taskPhases).optional().describe('Complete and Failed are final.'),
  startedAt: timestamp.optional().describe('When the task was first seen.'),
  targetFirstObservedAt: timestamp
    .optional()
    .describe('Set while the target is not in requirePhase; requirePhaseTimeout runs from it.'),
  phaseTransitionTime: timestamp.optional().describe('Last change of phase.'),
  task: z
    .object({
      id: z.string().describe("The sidecar's id of the task."),
      status: z.enum(['Pending', 'Running', 'Complete', 'Failed']),
      err: z.string().optional().describe("The sidecar's words when it failed."),
      submittedAt: timestamp.optional(),
      executionStartedAt: timestamp.optional().describe('The execution time runs from it.'),
    })
    .optional()
    .describe('The work on the sidecar; written before the side effect.'),
  step: z.string().optional().describe('What is being done now. Unset once the task is over.'),
  reason: z.string().optional().describe('Reason of the condition that decides at the moment.'),
  message: z.string().optional().describe('What happened and what to do next.'),
  completedAt: timestamp.optional().describe('When the task became Complete or Failed.'),
  duration: z.string().optional().describe('From startedAt to completedAt, such as 1m12s.'),
  workflow: z
    .object({
      id: z.string(),
      runId: z.string().optional(),
      namespace: z.string().optional().describe('Temporal namespace.'),
      url: z.string().optional().describe('Page in the Temporal UI.'),
    })
    .optional()
    .describe('The Temporal workflow that carries the task out.'),
  outputs: z.object(outputSchemas).optional(),
  conditions: z
    .array(conditionSchema)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .describe('TargetReady; once the task is over Ready or Failed, and Finished with the same reason.'),
});

export type SeiNodeTaskStatus = z.output<typeof statusSchema>;
export type Condition = z.output<typeof conditionSchema>;

/**
 * A SeiNodeTask as the API server hands it out. `spec` stays unread here: it was admitted under the CRD that the
 * cluster serves, which may be older or newer than this one, so each field is checked where it is used.
 */
export interface SeiNodeTask {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly {
      readonly manager?: string;
      readonly time?: string;
      readonly subresource?: string;
    }[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: SeiNodeTaskStatus;
}
