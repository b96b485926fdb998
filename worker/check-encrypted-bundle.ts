import { readFileSync } from 'node:fs';

/** What the bundler writes about the module, in any folder. */
const FAILURE_CONVERTER = 'encryption/failure-converter.ts"';

/**
 * Checks that a file is a bundle for workers with payload keys. With the other one, failures of workflows would be stored
 * in the clear.
 *
 * @throws Error when it cannot be read, or is not such a bundle.
 */
export function checkEncryptedBundle(file: string): void {
  if (readFileSync(file, 'utf8').includes(FAILURE_CONVERTER)) return;
  throw new Error('has no failure converter; make it with `npm run bundle -- --encrypted <file>`');
}
