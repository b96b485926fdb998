import type { ObservedRollingRestart, ObservedRunbookState } from '../observations.ts';
import { violationOf } from './rolling-restart-facts.ts';
import type { Invariant, Violation } from './violation.ts';

/** A runbook starts no node while it is paused or after it was aborted, and never more than maxUnavailable. */
export const startsAllowed: Invariant = ({ rollingRestarts }) =>
  rollingRestarts.flatMap((runbook) => [...whilePaused(runbook), ...afterAbort(runbook), ...tooMany(runbook)]);

/** From a status that says so, with everything answered, to the next time that an operator wrote. */
function whilePaused(runbook: ObservedRollingRestart): Violation[] {
  return runbook.states.flatMap((state) => {
    if (!isPaused(state) || !isSettled(runbook, state)) return [];
    const until = runbook.edits.find(({ beganAt }) => beganAt >= state.at)?.beganAt ?? Number.POSITIVE_INFINITY;
    return runbook.tries
      .filter(({ startedAt }) => startedAt > state.at && startedAt < until)
      .map(({ node, startedAt }) => violationOf(runbook, startedAt, `started ${node} while it was paused`));
  });
}

function isPaused({ status }: ObservedRunbookState): boolean {
  return status?.phase === 'Paused' || status?.phase === 'NeedsOperator';
}

/** Whether nothing that an operator wrote was still on its way. */
function isSettled({ edits, states }: ObservedRollingRestart, { at, generation, spec, status }: ObservedRunbookState) {
  const isWriting = edits.some(({ beganAt, endedAt = Number.POSITIVE_INFINITY }) => beganAt < at && endedAt > at);
  const answered = states.filter((each) => each.at <= at).map((each) => each.status?.control?.id);
  const isAnswered = spec.control === undefined || answered.includes(spec.control.id);
  return !isWriting && isAnswered && status?.observedGeneration === generation;
}

function afterAbort(runbook: ObservedRollingRestart): Violation[] {
  const aborted = runbook.states.find(({ status }) => status?.control?.verb === 'abort' && status.control.accepted);
  if (aborted === undefined) return [];
  return runbook.tries
    .filter(({ startedAt }) => startedAt > aborted.at)
    .map(({ node, startedAt }) => violationOf(runbook, startedAt, `started ${node} after it was aborted`));
}

function tooMany(runbook: ObservedRollingRestart): Violation[] {
  const { tries, planned } = runbook;
  return tries.flatMap((begun) => {
    const open = tries.filter(
      ({ startedAt, endedAt = Number.POSITIVE_INFINITY }) => startedAt <= begun.startedAt && endedAt > begun.startedAt,
    );
    if (open.length <= planned.maxUnavailable) return [];
    const names = open.map(({ node }) => node).join(', ');
    return [
      violationOf(runbook, begun.startedAt, `had ${names} down at a time; maxUnavailable is ${planned.maxUnavailable}`),
    ];
  });
}
