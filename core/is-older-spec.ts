import type { SpecVersion } from '../api/temporal/spec-version.ts';

/**
 * Whether an edit is older than the spec that a workflow has.
 *
 * The generation does not tell alone: after the API server was restored from a backup it counts from a lower number. The
 * time does not either, because clocks differ: it decides only for a lower generation. A bridge that lost its lease, and
 * sends what it read before, read that at least 3 s before the next leader began (docs/adr/0010).
 *
 * @param known - Unset: the workflow has received no edit.
 */
export function isOlderSpec(edit: SpecVersion, known: SpecVersion | undefined): boolean {
  if (known === undefined || edit.generation >= known.generation) return false;
  return (edit.readAtMs ?? 0) <= (known.readAtMs ?? 0);
}
