/** Text that came from outside, in Markdown, as it is: none of its characters formats or links. */
export function markdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#+!|~&-]/g, String.raw`\$&`);
}
