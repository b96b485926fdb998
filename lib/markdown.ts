/** Of Markdown, and what makes a link of a bare address. */
const SPECIAL = /[\\`*_{}[\]<>()#+!|~&@-]|:(?=\/\/)|(?<=www)\./gi;

/** One line of text that came from outside, in Markdown, as it is: none of its characters formats or links. */
export function markdown(text: string): string {
  return text.replaceAll(SPECIAL, String.raw`\$&`);
}
