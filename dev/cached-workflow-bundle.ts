import { execFile } from 'node:child_process';
import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BUNDLE = fileURLToPath(new URL('../worker/bundle.ts', import.meta.url));
const run = promisify(execFile);

/** Bundles that this process has made or is making, by directory. */
const bundles = new Map<string, Promise<string>>();

/**
 * Bundles the workflows once for all services that share a directory: it takes 3 s of one core.
 *
 * @returns The file; several processes may make it at the same time.
 */
export async function cachedWorkflowBundle(directory: string): Promise<string> {
  const bundle = bundles.get(directory) ?? makeBundle(directory);
  bundles.set(directory, bundle);
  return await bundle;
}

async function makeBundle(directory: string): Promise<string> {
  const file = join(directory, 'workflow-bundle.js');
  if (await exists(file)) return file;
  const draft = `${file}-${process.pid}`;
  await run(process.execPath, ['--no-warnings', BUNDLE, draft]);
  await rename(draft, file);
  return file;
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
