import { Temporal } from 'temporal-polyfill';
import { daysOfTheWeek, type RunbookWindow } from '../../api/sei-node-runbook.ts';
import { printable } from '../../lib/printable.ts';
import { InvalidField } from '../invalid-field.ts';

type Range = RunbookWindow['ranges'][number];

export type WindowState =
  | { readonly isOpen: true }
  /** In milliseconds since the epoch. */
  | { readonly isOpen: false; readonly opensAtMs: number };

/** A range that recurs weekly opens within this, except where a change of clocks skips it. In days. */
const SEARCHED_DAYS = 32;
const MINUTES_OF_A_DAY = 1_440;

/**
 * Whether a window is open. It is open exactly while the clocks of its time zone show a time in one of its ranges: a
 * time that does not exist on the day of a change of clocks is skipped, and a time that exists twice counts twice.
 *
 * @param atMs - In milliseconds since the epoch.
 * @throws InvalidField for a time zone that is not known, or a window that does not open within 32 days.
 */
export function windowAt({ timeZone, ranges }: RunbookWindow, atMs: number): WindowState {
  const now = zonedTime(timeZone, atMs);
  if (isWithin(ranges, now)) return { isOpen: true };
  const last = now.add({ days: SEARCHED_DAYS });
  for (
    let day = now.toPlainDate();
    Temporal.PlainDate.compare(day, last.toPlainDate()) <= 0;
    day = day.add({ days: 1 })
  ) {
    const opening = beginnings(day, { timeZone, ranges })
      .filter((time) => Temporal.ZonedDateTime.compare(time, now) > 0 && isWithin(ranges, time))
      .toSorted((one, other) => Temporal.ZonedDateTime.compare(one, other))[0];
    if (opening !== undefined) return { isOpen: false, opensAtMs: opening.epochMilliseconds };
  }
  throw new InvalidField(
    'spec.window.ranges',
    `contain no time in the next ${SEARCHED_DAYS} days, so no node would be started`,
  );
}

function zonedTime(timeZone: string, atMs: number): Temporal.ZonedDateTime {
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs));
  try {
    return instant.toZonedDateTimeISO(timeZone);
  } catch {
    throw new InvalidField(
      'spec.window.timeZone',
      `must be the name of an IANA time zone such as Europe/Berlin, got "${printable(timeZone, 64)}"`,
    );
  }
}

/** The moments of a day at which a range may begin, also one whose beginning is skipped, and one that exists twice. */
function beginnings(day: Temporal.PlainDate, { timeZone, ranges }: RunbookWindow): Temporal.ZonedDateTime[] {
  const midnight = day.toZonedDateTime({ timeZone });
  const change = midnight.getTimeZoneTransition('next');
  return [
    midnight,
    ...(change !== null && change.toPlainDate().equals(day) ? [change] : []),
    ...ranges.flatMap(({ from }) => {
      const time = day.toPlainDateTime(Temporal.PlainTime.from(from));
      return (['earlier', 'later'] as const).map((disambiguation) =>
        time.toZonedDateTime(timeZone, { disambiguation }),
      );
    }),
  ];
}

function isWithin(ranges: readonly Range[], { hour, minute, dayOfWeek }: Temporal.ZonedDateTime): boolean {
  const minutes = hour * 60 + minute;
  const yesterday = dayOfWeek === 1 ? 7 : dayOfWeek - 1;
  return ranges.some((range) => {
    const [from, to] = [minutesOf(range.from), minutesOf(range.to)];
    if (from < to) return beginsOn(range, dayOfWeek) && minutes >= from && minutes < to;
    return (
      (beginsOn(range, dayOfWeek) && minutes >= from && minutes < MINUTES_OF_A_DAY) ||
      (beginsOn(range, yesterday) && minutes < to)
    );
  });
}

/** @param dayOfWeek - From 1 for Monday. */
function beginsOn({ days }: Range, dayOfWeek: number): boolean {
  return days === undefined || days.some((day) => daysOfTheWeek.indexOf(day) === dayOfWeek - 1);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
