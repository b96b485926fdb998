import { stripVTControlCharacters } from 'node:util';

/** Lines of at most `width` columns, broken between words; a longer word stays whole, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Two columns, the second one wrapped within itself. */
export function hanging(rows: readonly (readonly [string, string])[], width: number): string[] {
  const indent = Math.max(0, ...rows.map(([left]) => left.length)) + 3;
  return rows.flatMap(([left, right]) =>
    wrapped(right, width - indent).map((line, index) => `${(index === 0 ? left : '').padEnd(indent)}${line}`.trimEnd()),
  );
}

/** Lines of the terminal that are taken by `lines`: it breaks what is wider than `width`. */
export function screenLines(lines: readonly string[], width: number): number {
  return lines
    .map((line) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / Math.max(1, width))))
    .reduce((sum, count) => sum + count, 0);
}
