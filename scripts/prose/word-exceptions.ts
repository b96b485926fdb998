import type { WordException } from './find-words.ts';

const QUOTES = 'Names the words that are not to be written.';

export const wordExceptions: readonly WordException[] = [
  { file: 'docs/glossary.md', reason: QUOTES },
  { file: 'docs/style.md', reason: QUOTES },
];
