import { definitionOf, taskKindNames, type TaskKind } from '../../api/task-kinds.ts';

/** The least that each kind's payload may be. */
export const minimalPayloads = Object.fromEntries(
  taskKindNames.map((kind) => [kind, definitionOf(kind).example]),
) as Readonly<Record<TaskKind, Readonly<Record<string, unknown>>>>;
