import type { RunbookTargets } from '../../api/sei-node-runbook.ts';

/** A selector as the query of a list has it. The API server checks its keys and values. Empty: every object. */
export function labelSelector({
  matchLabels = {},
  matchExpressions = [],
}: NonNullable<RunbookTargets['selector']>): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}
