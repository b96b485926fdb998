/** What a figure must be, and what it is meant to become. */
export interface Goal {
  /** Whether it is the figure itself that counts, or its ratio to the floor's. */
  readonly of: 'value' | 'ratio';
  readonly bound: 'at most' | 'at least';
  readonly must: number;
  readonly aim?: number;
}

export interface Result {
  readonly metric: string;
  /** Of `value` and `floor`. */
  readonly unit: string;
  readonly value: number;
  /** The same of a bare workflow, measured in the same run on the same servers. */
  readonly floor?: number;
  /** `value` over `floor`; unset when that is 0. */
  readonly ratio?: number;
  readonly goal?: Goal;
  /** Whether `goal.must` is kept; absent where nothing is demanded. */
  readonly ok?: boolean;
}

export interface Measured {
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
  readonly floor?: number;
  readonly goal?: Goal;
}

/** A goal for the figure itself. */
export function atMost(must: number, aim?: number): Goal {
  return { of: 'value', bound: 'at most', must, ...(aim === undefined ? {} : { aim }) };
}

/** A goal for the ratio to the floor. */
export function ratioAtMost(must: number, aim: number): Goal {
  return { of: 'ratio', bound: 'at most', must, aim };
}

/**
 * Compares what was measured with the floor and with what it must be. Figures are rounded to three digits, or to whole
 * numbers.
 */
export function resultOf({ metric, unit, value, floor, goal }: Measured): Result {
  const compared = {
    ...(floor === undefined ? {} : { floor: readable(floor) }),
    ...(floor ? { ratio: readable(value / floor) } : {}),
  };
  const rounded: Result = { metric, unit, value: readable(value), ...compared };
  return goal === undefined
    ? rounded
    : { ...rounded, goal, ok: keeps(goal, (goal.of === 'ratio' ? rounded.ratio : rounded.value) ?? NaN) };
}

function keeps({ bound, must }: Goal, figure: number): boolean {
  return bound === 'at most' ? figure <= must : figure >= must;
}

/** Three digits that count, or all before the point if there are more. */
function readable(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
