import { execFile } from 'node:child_process';
import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BUNDLE = fileURLToPath(new URL('../worker/bundle.ts', import.meta.url));
const run = promisify(execFile);

/** Bundles that this process has made or is making, by file. */
const bundles = new Map<string, Promise<string>>();

/**
 * Bundles the workflows once for all services that share a directory: it takes 3 s of one core.
 *
 * @param flags - Of `npm run bundle`. Default: none.
 * @returns The file; several processes may make it at the same time.
 */
export async function cachedWorkflowBundle(directory: string, flags: readonly '--encrypted'[] = []): Promise<string> {
  const file = join(directory, `workflow-bundle${flags.join('')}.js`);
  const bundle = bundles.get(file) ?? makeBundle(file, flags);
  bundles.set(file, bundle);
  return await bundle;
}

async function makeBundle(file: string, flags: readonly string[]): Promise<string> {
  if (await exists(file)) return file;
  const draft = `${file}-${process.pid}`;
  await run(process.execPath, ['--no-warnings', BUNDLE, ...flags, draft]);
  await rename(draft, file);
  return file;
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
