import { BinaryNotFoundError } from '../errors.ts';

/** One place that may have a binary. */
export interface BinarySource {
  /** Its name in the error's list, e.g. "the PATH". */
  readonly name: string;
  /** The path of the binary, or why this source does not have it. A throw ends the whole search. */
  find(): Promise<{ readonly path: string } | { readonly missing: string }>;
}

/**
 * Asks the sources one after the other and returns the path from the first that has the binary.
 *
 * @param advice - What to do by hand, one sentence; the last one of the error message.
 * @throws {BinaryNotFoundError} no source has it.
 */
export async function firstFound(binary: string, sources: readonly BinarySource[], advice: string): Promise<string> {
  const tried: string[] = [];
  for (const source of sources) {
    const found = await source.find();
    if ('path' in found) return found.path;
    tried.push(`  ${source.name}: ${found.missing}`);
  }
  throw new BinaryNotFoundError(`No ${binary} found. Tried:\n${tried.join('\n')}\n${advice}`);
}
