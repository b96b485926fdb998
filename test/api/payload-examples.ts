import { payloadSchemas } from '../../api/payload-schemas.ts';
import { definitionOf, payloadFieldOf, taskKindNames, type TaskKind } from '../../api/task-kinds.ts';

type Payloads = Readonly<Record<TaskKind, Readonly<Record<string, unknown>>>>;

/** The least that each kind's payload may be, as it is written. */
export const minimalPayloads = Object.fromEntries(
  taskKindNames.map((kind) => [kind, definitionOf(kind).example]),
) as Payloads;

/** The same as the service has them: with defaults. */
export const checkedPayloads = Object.fromEntries(
  taskKindNames.map((kind) => [kind, payloadSchemas[payloadFieldOf(kind)].parse(minimalPayloads[kind])]),
) as Payloads;
