import type { ObservedChain, ObservedRollingRestart, ObservedTry } from '../observations.ts';
import { commandsTo, endOf, triesAt, violationOf } from './rolling-restart-facts.ts';
import type { Invariant, Violation } from './violation.ts';

/** A validator that passed its gate had come back from its restart, unless somebody promoted the gate. */
export const backAtTheGate: Invariant = ({ rollingRestarts, chain }) =>
  rollingRestarts.flatMap((runbook) =>
    commandsTo(runbook).some(({ verb }) => verb === 'promote') ? [] : passedTooEarly(runbook, chain),
  );

function passedTooEarly(runbook: ObservedRollingRestart, chain: ObservedChain): Violation[] {
  const complete = endOf(runbook)?.status.nodes?.filter(({ phase }) => phase === 'Complete') ?? [];
  return complete.flatMap(({ name }) => {
    const last = triesAt(runbook, name)
      .toSorted((one, other) => one.count - other.count)
      .at(-1);
    if (last?.endedAt === undefined || !isMissing(chain, last, last.endedAt)) return [];
    return [violationOf(runbook, last.endedAt, `let ${name} pass its gate while it was still down`)];
  });
}

/** Whether what the try has taken down was down at its end. A node with a key of its own has its validator's name. */
function isMissing({ absences }: ObservedChain, { node, startedAt }: ObservedTry, endedAt: number): boolean {
  return absences.some(
    ({ name, reason, fromMs, toMs = Number.POSITIVE_INFINITY }) =>
      name === node && reason === 'task' && fromMs >= startedAt && fromMs <= endedAt && toMs > endedAt,
  );
}
