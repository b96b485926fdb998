import type { z } from 'zod';
import { payloadFields } from './payload-fields.ts';
import { payloadFieldOf, taskKindNames, taskKinds, type PayloadField, type TaskKind } from './task-kinds.ts';

function schemaOf(kind: TaskKind): z.ZodObject {
  const { payload, description } = taskKinds[kind];
  return payload(payloadFields).describe(description);
}

/** One payload schema for each kind, under the spec field that carries it (contract §1, payloads). */
export const payloadSchemas = Object.fromEntries(
  taskKindNames.map((kind) => [payloadFieldOf(kind), schemaOf(kind)]),
) as {
  readonly [Kind in TaskKind as PayloadField<Kind>]: ReturnType<(typeof taskKinds)[Kind]['payload']>;
};
