/** The word that is most like the one given, if one is like it: at most a third of its characters differ. */
export function mostSimilar(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ candidate, distance }) => distance * 3 <= Math.max(word.length, candidate.length))
    .toSorted((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate));
  return ranked[0]?.candidate;
}

/** How many characters have to be inserted, removed or replaced, or two neighbours swapped. */
function editDistance(one: string, other: string): number {
  let rows: readonly number[][] = [[], Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= one.length; row += 1) rows = [rows[1]!, nextRow(rows, { one, other, row })];
  return rows[1]![other.length]!;
}

function nextRow(
  [beforeLast = [], last = []]: readonly number[][],
  { one, other, row }: { readonly one: string; readonly other: string; readonly row: number },
): number[] {
  const current = [row];
  for (let column = 1; column <= other.length; column += 1) {
    const isSame = one[row - 1] === other[column - 1];
    const isSwapped = row > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
    const [above, left, diagonal] = [last[column]!, current[column - 1]!, last[column - 1]!];
    const swapped = isSwapped ? beforeLast[column - 2]! + 1 : Infinity;
    current.push(Math.min(above + 1, left + 1, diagonal + (isSame ? 0 : 1), swapped));
  }
  return current;
}
