/**
 * A document with a block put between `<!-- name -->` and `<!-- /name -->`.
 *
 * @throws Error when there is no place for it.
 */
export function withBlock(document: string, name: string, block: string): string {
  const place = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- /${name} -->)`);
  if (!place.test(document)) throw new Error(`The document needs <!-- ${name} --> … <!-- /${name} -->`);
  return document.replace(place, (_all, start: string, end: string) => `${start}${block}\n${end}`);
}
