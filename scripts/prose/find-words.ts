import { proseOf } from './prose-of.ts';
import type { WordRule } from './word-rules.ts';

/** Words to avoid, where they are. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly found: string;
  readonly write: string;
}

/** A place where words to avoid are right. */
export interface WordException {
  /** A path from the top, or a folder that ends in `/`. */
  readonly file: string;
  /** What may be there, as it was found. Unset: all words. */
  readonly found?: string;
  readonly reason: string;
}

/** A blank in a pattern: blanks, or one end of a line with what indents the next. */
const BLANK = String.raw`(?:[^\S\n]+|[^\S\n]*\n[^\S\n]*)`;

/** All words of the rules in one file, in the order of their lines. */
export function findWords(file: string, contents: string, rules: readonly WordRule[]): Finding[] {
  const prose = proseOf(file, contents);
  return rules
    .flatMap(({ words, write }) =>
      [...prose.matchAll(new RegExp(words.source.replaceAll(' ', BLANK), `${words.flags}g`))].map(
        ({ 0: match, index }) => ({
          file,
          line: prose.slice(0, index).split('\n').length,
          found: match.trim().replaceAll(/\s+/g, ' '),
          write,
        }),
      ),
    )
    .toSorted((first, second) => first.line - second.line);
}

function excuses({ file, found }: WordException, finding: Finding): boolean {
  const isThere = file.endsWith('/') ? finding.file.startsWith(file) : finding.file === file;
  return isThere && (found === undefined || found.toLowerCase() === finding.found.toLowerCase());
}

/** What no exception covers, and the exceptions that cover nothing. */
export function judge(
  findings: readonly Finding[],
  exceptions: readonly WordException[],
): { readonly faults: Finding[]; readonly unused: WordException[] } {
  return {
    faults: findings.filter((finding) => !exceptions.some((exception) => excuses(exception, finding))),
    unused: exceptions.filter((exception) => !findings.some((finding) => excuses(exception, finding))),
  };
}
