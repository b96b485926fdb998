/** Where the second chapter of the demo begins. */
const SECOND_CHAPTER = /\n(?=2 {2})/;
const PLACE = /(<!-- demo -->\n)[^]*?(<!-- \/demo -->)/;

/**
 * A document with the demo's output put between `<!-- demo -->` and `<!-- /demo -->`.
 *
 * @param chapters - `first`: what comes before the second chapter.
 * @throws Error when there is no place for it, or the output has one chapter only.
 */
export function withDemo(document: string, output: string, chapters: 'first' | 'all'): string {
  const [first = '', others] = output.trim().split(SECOND_CHAPTER);
  if (others === undefined || !PLACE.test(document))
    throw new Error('The document needs <!-- demo --> … <!-- /demo -->, and the demo more than one chapter');
  const shown = chapters === 'first' ? first : output;
  return document.replace(
    PLACE,
    (_all, start: string, end: string) => `${start}\`\`\`text\n${shown.trim()}\n\`\`\`\n${end}`,
  );
}
