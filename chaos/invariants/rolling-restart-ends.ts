import { isDeepStrictEqual } from 'node:util';
import type { ObservedRollingRestart } from '../observations.ts';
import { endOf, violationOf } from './rolling-restart-facts.ts';
import type { Invariant, Violation } from './violation.ts';

/**
 * Every runbook that is not deleted first, and whose operator answers, reaches one terminal phase. Its status never
 * changes then, and never goes back before.
 */
export const rollingRestartEnds: Invariant = ({ rollingRestarts, leftovers }) =>
  rollingRestarts.flatMap((each) => [
    ...withoutEnd(each, leftovers.at),
    ...changedAfterEnd(each),
    ...wentBack(each),
    ...wronglyRefused(each),
  ]);

function withoutEnd(runbook: ObservedRollingRestart, at: number): Violation[] {
  if (runbook.deletedAt !== undefined || endOf(runbook) !== undefined) return [];
  const last = runbook.states.at(-1)?.status;
  return [violationOf(runbook, at, `never reached its end; its status is ${JSON.stringify(last)}`)];
}

function changedAfterEnd(runbook: ObservedRollingRestart): Violation[] {
  const end = endOf(runbook);
  if (end === undefined) return [];
  const later = runbook.states.find(({ at, status }) => at >= end.at && !isDeepStrictEqual(status, end.status));
  if (later === undefined) return [];
  const [was, is] = [end, later].map(({ status }) => `${status?.phase}/${status?.reason}`);
  return [violationOf(runbook, later.at, `was ${was}, and then its status changed to ${is}`)];
}

function wentBack(runbook: ObservedRollingRestart): Violation[] {
  return runbook.states.slice(1).flatMap(({ at, status }, index) => {
    const [before, after] = [runbook.states[index]?.status?.revision ?? 0, status?.revision ?? 0];
    return after < before ? [violationOf(runbook, at, `went back from revision ${before} to ${after}`)] : [];
  });
}

/** A runbook is refused when its spec cannot be acted on, and only then. */
function wronglyRefused(runbook: ObservedRollingRestart): Violation[] {
  const end = endOf(runbook);
  if (end === undefined || (end.status.reason === 'InvalidSpec') === runbook.planned.isInvalid) return [];
  const { phase, reason, message } = end.status;
  return [violationOf(runbook, end.at, `is ${phase}/${reason} (${message})`)];
}
