import { withBlock } from './with-block.ts';

/** Where the second chapter of the demo begins. */
const SECOND_CHAPTER = /\n(?=2 {2})/;

/**
 * A document with the demo's output put between `<!-- demo -->` and `<!-- /demo -->`.
 *
 * @param chapters - `first`: what comes before the second chapter.
 * @throws Error when there is no place for it, or the output has one chapter only.
 */
export function withDemo(document: string, output: string, chapters: 'first' | 'all'): string {
  const [first = '', others] = output.trim().split(SECOND_CHAPTER);
  if (others === undefined) throw new Error('The demo needs more than one chapter');
  const shown = chapters === 'first' ? first : output;
  return withBlock(document, 'demo', `\`\`\`text\n${shown.trim()}\n\`\`\``);
}
