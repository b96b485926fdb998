import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { runSessions } from '../../docs/record/run-sessions.ts';
import { masked, markdownOf, type Transcript } from '../../docs/record/transcript.ts';

/** What a watch catches on the way to the end depends on the moment. */
const ON_THE_WAY = /^<duration>( of <duration>)? (New|Pending|Running)\b/;

/** Sorted, since Events of the same moment come in any order. */
function lines(text: string): string[] {
  const all = masked(text)
    .split('\n')
    .map((line) => line.trim());
  return all.filter((line) => !ON_THE_WAY.test(line)).toSorted();
}

/** `## Title` and what follows it. */
function sectionsOf(markdown: string): Map<string, string> {
  return new Map(
    markdown
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section]),
  );
}

describe('docs/transcripts.md', function () {
  this.timeout(180_000);
  let transcripts: readonly Transcript[];
  let documented: Map<string, string>;

  before(async () => {
    documented = sectionsOf(await readFile(new URL('../../docs/transcripts.md', import.meta.url), 'utf8'));
    transcripts = await runSessions(new AbortController().signal);
  });

  it('shows what its commands print today; if it should, run `npm run record-docs`', () => {
    const actual = sectionsOf(markdownOf(transcripts));
    assert.deepEqual([...actual.keys()], [...documented.keys()]);
    for (const [title, section] of actual) assert.deepEqual(lines(section), lines(documented.get(title) ?? ''), title);
  });
});
