/** Where the second chapter of the demo begins. */
const SECOND_CHAPTER = /\n(?=2 {2})/;
const PLACE = /(<!-- demo -->\n)[^]*?(<!-- \/demo -->)/;

/**
 * The README with the demo's output put in: the first chapter in sight, the others folded.
 *
 * @throws Error when there is no place for it, or the output has one chapter only.
 */
export function withDemo(readme: string, output: string): string {
  const [first, others] = output.trim().split(SECOND_CHAPTER);
  if (others === undefined || !PLACE.test(readme)) throw new Error('README.md needs <!-- demo --> … <!-- /demo -->, and the demo more than one chapter');
  const folded = `<details><summary>The other chapters: a seid that ignores SIGTERM, a runbook, cancel, takeover</summary>\n\n${block(others)}\n</details>\n`;
  return readme.replace(PLACE, (_all, start: string, end: string) => `${start}${block(first ?? '')}\n${folded}${end}`);
}

function block(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
}
