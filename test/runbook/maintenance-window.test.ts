import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { daysOfTheWeek, type RunbookWindow } from '../../api/sei-node-runbook.ts';
import { InvalidField } from '../../core/invalid-field.ts';
import { windowAt } from '../../core/runbook/maintenance-window.ts';
import { caseCount } from '../support/case-count.ts';

type Range = RunbookWindow['ranges'][number];

const MINUTE = 60_000;
const berlin = (...ranges: readonly Range[]): RunbookWindow => ({ timeZone: 'Europe/Berlin', ranges: [...ranges] });

/** `open`, or when the window opens. */
function stateAt(window: RunbookWindow, at: string): string {
  const state = windowAt(window, Date.parse(at));
  return state.isOpen ? 'open' : new Date(state.opensAtMs).toISOString().replace(':00.000Z', 'Z');
}

/** `HH:MM` of minutes since midnight. */
const textOf = (minutes: number): string =>
  `${Math.floor(minutes / 60)}`.padStart(2, '0').concat(':', `${minutes % 60}`.padStart(2, '0'));

describe('a maintenance window', () => {
  /** 2026-03-29 02:00 becomes 03:00 in Berlin, and 2026-10-25 03:00 becomes 02:00. 2026-11-28 is a Saturday. */
  const cases: Readonly<Record<string, readonly [window: RunbookWindow, at: string, state: string]>> = {
    'is open from its beginning': [berlin({ from: '10:00', to: '12:00' }), '2026-11-28T09:00Z', 'open'],
    'is closed at its end': [berlin({ from: '10:00', to: '12:00' }), '2026-11-28T11:00Z', '2026-11-29T09:00Z'],
    'opens later on the day': [berlin({ from: '10:00', to: '12:00' }), '2026-11-28T08:59Z', '2026-11-28T09:00Z'],
    'is open over midnight': [berlin({ from: '22:00', to: '06:00' }), '2026-11-28T03:00Z', 'open'],
    'is open over midnight on the day on which it began': [
      berlin({ days: ['Friday'], from: '22:00', to: '06:00' }),
      '2026-11-28T03:00Z',
      'open',
    ],
    'is closed over midnight when it did not begin the day before': [
      berlin({ days: ['Saturday'], from: '22:00', to: '06:00' }),
      '2026-11-28T03:00Z',
      '2026-11-28T21:00Z',
    ],
    'ends at midnight': [berlin({ from: '22:00', to: '24:00' }), '2026-11-28T23:00Z', '2026-11-29T21:00Z'],
    'is open all day': [berlin({ from: '00:00', to: '24:00' }), '2026-11-28T23:00Z', 'open'],
    'waits for its day, over the turn of a week': [
      berlin({ days: ['Monday', 'Tuesday'], from: '08:00', to: '09:00' }),
      '2026-11-28T12:00Z',
      '2026-11-30T07:00Z',
    ],
    'opens with the first of its ranges': [
      berlin({ from: '20:00', to: '21:00' }, { from: '14:00', to: '15:00' }),
      '2026-11-28T12:00Z',
      '2026-11-28T13:00Z',
    ],
    'skips a time that does not exist': [
      berlin({ from: '02:15', to: '02:45' }),
      '2026-03-29T00:30Z',
      '2026-03-30T00:15Z',
    ],
    'opens with the change of clocks when its beginning does not exist': [
      berlin({ from: '02:30', to: '04:00' }),
      '2026-03-29T00:30Z',
      '2026-03-29T01:00Z',
    ],
    'ends with the change of clocks when its end does not exist': [
      berlin({ from: '01:00', to: '02:30' }),
      '2026-03-29T01:00Z',
      '2026-03-29T23:00Z',
    ],
    'is open at a time that exists twice, the first time': [
      berlin({ from: '02:30', to: '02:45' }),
      '2026-10-25T00:30Z',
      'open',
    ],
    'is closed between the two': [berlin({ from: '02:30', to: '02:45' }), '2026-10-25T00:50Z', '2026-10-25T01:30Z'],
    'is open at a time that exists twice, the second time': [
      berlin({ from: '02:30', to: '02:45' }),
      '2026-10-25T01:30Z',
      'open',
    ],
    'knows zones with half hours': [
      { timeZone: 'Asia/Kolkata', ranges: [{ from: '10:00', to: '11:00' }] },
      '2026-11-28T04:29Z',
      '2026-11-28T04:30Z',
    ],
    'knows zones without changes': [
      { timeZone: 'UTC', ranges: [{ from: '10:00', to: '11:00' }] },
      '2026-11-28T10:59Z',
      'open',
    ],
  };
  for (const [what, [window, at, state]] of Object.entries(cases)) {
    it(what, () => assert.equal(stateAt(window, at), state));
  }

  it('takes a fraction of a millisecond, as monotonic clocks have', () => {
    const window = berlin({ from: '10:00', to: '12:00' });
    assert.deepEqual(windowAt(window, Date.parse('2026-11-28T09:00Z') + 0.5), { isOpen: true });
  });

  it('refuses a time zone that does not exist, with field and value', () => {
    assert.throws(
      () => windowAt({ timeZone: 'Mars/Phobos', ranges: [{ from: '10:00', to: '11:00' }] }, 0),
      (error) =>
        error instanceof InvalidField &&
        error.field === 'spec.window.timeZone' &&
        error.problem.includes('"Mars/Phobos"'),
    );
  });

  it('refuses ranges in which no time is', () => {
    assert.throws(
      () => windowAt({ timeZone: 'UTC', ranges: [] }, 0),
      (error) => error instanceof InvalidField && error.field === 'spec.window.ranges',
    );
  });

  const minute = fc.nat(24 * 60 - 1);
  const range = fc
    .record(
      { from: minute, to: minute, days: fc.uniqueArray(fc.constantFrom(...daysOfTheWeek), { minLength: 1 }) },
      { requiredKeys: ['from', 'to'] },
    )
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, ...days }): Range => ({ ...days, from: textOf(from), to: textOf(to) }));
  const zone = fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'UTC', 'Pacific/Apia');
  /** Around the changes of clocks in spring and autumn, and some other day, in minutes since the epoch. */
  const at = fc
    .tuple(
      fc.constantFrom(
        '2026-03-28T12:00Z',
        '2026-10-24T12:00Z',
        '2026-10-31T12:00Z',
        '2026-04-04T12:00Z',
        '2026-06-15T12:00Z',
      ),
      fc.nat(2_880),
    )
    .map(([day, minutes]) => Date.parse(day) + minutes * MINUTE);

  it('opens exactly when it says, and at no moment before', () => {
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 3 }),
        zone,
        at,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (ranges, timeZone, atMs, part) => {
          const window = { timeZone, ranges };
          const state = windowAt(window, atMs);
          if (state.isOpen) return;
          assert.ok(state.opensAtMs > atMs);
          assert.deepEqual(windowAt(window, state.opensAtMs), { isOpen: true });
          const between = Math.floor(atMs + part * (state.opensAtMs - atMs));
          const justBefore = state.opensAtMs - 1;
          for (const moment of [between, justBefore].filter((each) => each < state.opensAtMs))
            assert.deepEqual(windowAt(window, moment), state);
        },
      ),
      { numRuns: caseCount(200) },
    );
  });

  it('is open exactly while the clocks of its zone show a time in it', () => {
    fc.assert(
      fc.property(range, zone, at, (one, timeZone, atMs) => {
        const parts = new Intl.DateTimeFormat('en-GB', {
          timeZone,
          weekday: 'long',
          hour: '2-digit',
          minute: '2-digit',
          hourCycle: 'h23',
        }).formatToParts(atMs);
        const partOf = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
        const time = `${partOf('hour')}:${partOf('minute')}`;
        const today = daysOfTheWeek.findIndex((day) => day === partOf('weekday'));
        const isOn = (day: number): boolean => one.days?.includes(daysOfTheWeek[(day + 7) % 7] as never) ?? true;
        const expected =
          one.from < one.to
            ? isOn(today) && time >= one.from && time < one.to
            : (isOn(today) && time >= one.from) || (isOn(today - 1) && time < one.to);
        assert.equal(windowAt({ timeZone, ranges: [one] }, atMs).isOpen, expected);
      }),
      { numRuns: caseCount(500) },
    );
  });
});
