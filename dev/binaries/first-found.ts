import { BinaryNotFoundError } from '../errors.ts';

/** One place that may have a binary. */
export interface BinarySource {
  /** As it reads in the error's list, e.g. "the PATH". */
  readonly name: string;
  /** The path of the binary, or why it cannot be had from here. A throw ends the whole search. */
  find(): Promise<{ readonly path: string } | { readonly missing: string }>;
}

/**
 * Asks the sources one after the other and returns the path from the first that has the binary.
 *
 * @param advice how to go on by hand, one sentence; ends the error's message.
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
