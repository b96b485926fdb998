import { DEFAULT_MIN_SOURCES, guardSchema, overrideSchema, type GuardSpec } from '../../api/guard-spec.ts';
import type { GuardMode } from '../../api/guard-verdicts.ts';
import { definitionOf, type TaskKind } from '../../api/task-kinds.ts';
import { present } from '../../lib/present.ts';
import { printable } from '../../lib/printable.ts';
import { check, InvalidField } from '../invalid-field.ts';
import type { GuardSettings } from './guard-situation.ts';

/** The guard of a task that has one. It is in histories: add optional fields, change none. */
export interface PlannedGuard extends GuardSettings {
  readonly mode: Exclude<GuardMode, 'Off'>;
  /** Why findings are passed over, safe to show. Unset: none is. */
  readonly overrideReason?: string;
}

/**
 * @param guardDefault - Mode of a task whose spec has no guard.
 * @returns `undefined` when the guard is off.
 * @throws InvalidField naming field and value.
 */
export function planGuard(
  kind: TaskKind,
  input: { readonly guard?: unknown; readonly override?: unknown },
  guardDefault: GuardMode = 'Off',
): PlannedGuard | undefined {
  const guard: GuardSpec = isSet(input.guard) ? check(guardSchema, input.guard, 'spec.guard') : { mode: guardDefault };
  const override = isSet(input.override) ? check(overrideSchema, input.override, 'spec.override') : undefined;
  if (!definitionOf(kind).takesSeidDown) return assertUnset(kind, input);
  const { mode, minSources = DEFAULT_MIN_SOURCES, maxDownPercent } = guard;
  if (mode === 'Off') return undefined;
  return {
    mode,
    minSources,
    overridden: override?.checks ?? [],
    ...present({ maxDownPercent, overrideReason: override && printable(override.reason, 1024) }),
  };
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function assertUnset(kind: TaskKind, { guard, override }: { readonly guard?: unknown; readonly override?: unknown }) {
  const field = isSet(guard) ? 'guard' : isSet(override) ? 'override' : undefined;
  if (field === undefined) return undefined;
  throw new InvalidField(`spec.${field}`, `is only for kinds that take seid down, and ${kind} does not`);
}
