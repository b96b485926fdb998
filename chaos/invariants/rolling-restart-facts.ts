import { isTerminalRunbook } from '../../api/runbook-phases.ts';
import type { RunbookStatus } from '../../api/sei-node-runbook.ts';
import type { EditableSpec, ObservedRollingRestart } from '../observations.ts';
import type { Violation } from './violation.ts';

type Command = NonNullable<EditableSpec['control']>;

/** The first state in which a runbook was over. */
export function endOf({
  states,
}: ObservedRollingRestart): { readonly at: number; readonly status: RunbookStatus } | undefined {
  return states.flatMap(({ at, status }) => (isTerminalRunbook(status?.phase) && status ? [{ at, status }] : []))[0];
}

/** The commands to a runbook: where an id was used twice, only the first counts. */
export function commandsTo({ states }: ObservedRollingRestart): readonly Command[] {
  const commands = new Map<string, Command>();
  for (const { spec } of states)
    if (spec.control !== undefined && !commands.has(spec.control.id)) commands.set(spec.control.id, spec.control);
  return [...commands.values()];
}

/** One that was given up before anything was sent counts as none. */
export function triesAt({ tries }: ObservedRollingRestart, node: string): ObservedRollingRestart['tries'] {
  return tries.filter((each) => each.node === node && !each.isHeld);
}

export function violationOf({ planned }: ObservedRollingRestart, at: number, text: string): Violation {
  return { at, subjects: [planned.name, ...planned.nodes], text: `runbook ${planned.name} ${text}` };
}
