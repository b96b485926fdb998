import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invariants } from './invariants/invariants.ts';
import type { Violation } from './invariants/violation.ts';
import type { Observations } from './observations.ts';
import { reportOf } from './report.ts';
import { excerptFor, timelineOf, timelineText } from './timeline.ts';

/** Violations of one invariant that are told with an excerpt; the others are only named. */
const EXCERPTS = 3;

/** Checks every invariant and writes the whole timeline into the directory. */
export async function judge(
  observations: Observations,
  directory: string,
): Promise<{ readonly text: string; readonly holds: boolean }> {
  const timeline = timelineOf(observations);
  const from = timeline[0]?.at ?? 0;
  await writeFile(join(directory, 'timeline.txt'), `${timelineText(timeline, from)}\n`);
  await writeFile(join(directory, 'observations.json'), JSON.stringify(observations));
  const results = Object.entries(invariants).map(([name, check]) => ({ name, violations: check(observations) }));
  const tell = (violation: Violation, index: number): string => {
    const excerpt = index < EXCERPTS ? `\n${timelineText(excerptFor(violation, timeline), from)}` : '';
    return `\n✗ at ${((violation.at - from) / 1000).toFixed(3)} s: ${violation.text}${excerpt}`;
  };
  const told = results.flatMap(({ name, violations }) =>
    violations.length === 0 ? [] : [`\n${name}: violated`, ...violations.map(tell)],
  );
  const summary = results.map(({ name, violations }) =>
    violations.length === 0 ? `  ✓ ${name}` : `  ✗ ${name}: ${violations.length}`,
  );
  return {
    text: [...told, '', reportOf(observations), '', 'invariants', ...summary].join('\n'),
    holds: results.every(({ violations }) => violations.length === 0),
  };
}
