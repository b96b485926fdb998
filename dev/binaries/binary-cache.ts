import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isExecutable } from './binary-sources.ts';
import { withBuildLock } from './build-lock.ts';
import type { BinarySource } from './first-found.ts';
import type { ProgressReporter } from '../progress-reporter.ts';

/** A binary that this project builds, and what it is built from. */
export interface BinaryRecipe {
  /** The binary's file name. */
  readonly binary: string;
  readonly version: string;
  /** Files that determine the result: other contents make another cache entry. */
  readonly inputs: readonly URL[];
  /** Name of the source in error messages. */
  readonly source: string;
  /** Takes a line when another process is found at work on the same binary. */
  readonly progress: ProgressReporter;
  /** Puts the binary into an empty folder under its name; throws with the reason if it cannot. */
  make(folder: string): Promise<void>;
}

/**
 * Two sources: the cache, then building into the cache. The cache is `sei-node-tasks/` in `$XDG_CACHE_HOME`, by default
 * in `~/.cache`.
 */
export function cachedSources(recipe: BinaryRecipe, environment: NodeJS.ProcessEnv): BinarySource[] {
  const entry = cacheEntry(recipe, environment);
  return [
    {
      name: 'the cache',
      async find() {
        const path = await entry;
        return (await isExecutable(path)) ? { path } : { missing: `${path} does not exist` };
      },
    },
    {
      name: recipe.source,
      async find() {
        const path = await entry;
        try {
          await makeOnce(recipe, path);
          return { path };
        } catch (error) {
          return { missing: (error as Error).message };
        }
      },
    },
  ];
}

async function cacheEntry(recipe: BinaryRecipe, environment: NodeJS.ProcessEnv): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform}/${process.arch}`);
  for (const input of recipe.inputs) hash.update('\0').update(await readFile(input));
  const cache = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = `${recipe.binary}-${recipe.version}-${hash.digest('hex').slice(0, 12)}`;
  return join(cache, 'sei-node-tasks', folder, recipe.binary);
}

/** Builds the binary in a temporary folder and moves it into the cache. A second process waits for it. */
async function makeOnce(recipe: BinaryRecipe, path: string): Promise<void> {
  const entry = dirname(path);
  await mkdir(dirname(entry), { recursive: true });
  const lock = `${entry}.lock`;
  const onWait = (): void => recipe.progress(`Waiting for another process to make ${recipe.binary} (${lock}) …`);
  await withBuildLock(lock, onWait, async () => {
    if (await isExecutable(path)) return;
    await removeAbandoned(entry);
    const folder = await mkdtemp(makingPrefix(entry));
    try {
      await recipe.make(folder);
      await rm(entry, { recursive: true, force: true });
      await rename(folder, entry);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

function makingPrefix(entry: string): string {
  return `${entry}.making-`;
}

/** Leftovers of builds that were killed. */
async function removeAbandoned(entry: string): Promise<void> {
  const cache = dirname(entry);
  for (const name of await readdir(cache)) {
    const folder = join(cache, name);
    if (folder.startsWith(makingPrefix(entry))) await rm(folder, { recursive: true, force: true });
  }
}
