/** Free text with one full stop, whatever it ended in. */
export function asSentence(text: string): string {
  return `${text.replace(/[.\s]+$/, '')}.`;
}
