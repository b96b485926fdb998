import { jsonText } from '../../lib/json-text.ts';
import { InvalidField } from '../invalid-field.ts';

const FIELD = 'spec.strategy.maxUnavailable';

/**
 * How many of `total` nodes may be down at a time.
 *
 * @param value - `spec.strategy.maxUnavailable`: a number, or a percentage, which is rounded down to at least 1.
 * @throws InvalidField for a value that is neither, or that allows all of several nodes to be down.
 */
export function maxUnavailableOf(value: unknown, total: number): number {
  const count = countOf(value, total);
  if (count >= total && total > 1)
    throw new InvalidField(
      FIELD,
      `must be fewer than the ${total} nodes, got ${jsonText(value)}: all would be down at once`,
    );
  return count;
}

function countOf(value: unknown, total: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  const [, digits] = typeof value === 'string' ? (/^(\d{1,3})%$/.exec(value) ?? []) : [];
  const percent = Number(digits);
  if (percent >= 1 && percent <= 100) return Math.max(1, Math.floor((total * percent) / 100));
  throw new InvalidField(
    FIELD,
    `must be a whole number from 1 or a percentage from 1% to 100%, got ${jsonText(value)}`,
  );
}
